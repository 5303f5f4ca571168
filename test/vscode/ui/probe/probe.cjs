// An extension for the tests: writes the timings that the extension under test exports into the file PROBE_FILE. Wakes nothing up.
const { renameSync, writeFileSync } = require("node:fs");
const vscode = require("vscode");

exports.activate = (context) => {
  const file = process.env.PROBE_FILE;
  let written = "";
  const timer = setInterval(() => {
    const extension = vscode.extensions.getExtension("gradient-debugger.gradient-debugger");
    if (!extension?.isActive) return;
    const { activationMilliseconds, state, timings } = extension.exports;
    const { status, last } = state();
    const text = JSON.stringify({
      activation: activationMilliseconds,
      status: status.kind,
      iteration: last?.iteration ?? 0,
      firstIteration: timings().commandToFirstIteration,
    });
    if (text === written) return;
    written = text;
    // Renamed, so that nobody reads half a file.
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  }, 50);
  context.subscriptions.push({ dispose: () => clearInterval(timer) });
};
