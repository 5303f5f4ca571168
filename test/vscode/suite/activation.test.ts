// What the extension adds to the window when it wakes up: commands, editor features, types; and how long that takes.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { contentionVariable } from "../host/contention.ts";
import { extensionApi, inWorkspace, lineOf, replace, show, until } from "./host.ts";

/** The limit in milliseconds, and how much less of the machine there is than an idle one has. */
const activationLimit = 50 * Number(process.env[contentionVariable] ?? 1);

describe("activation", () => {
  it("costs at most 50 ms of the extension's own time", async () => {
    const { activationMilliseconds } = await extensionApi();
    console.log(`activation ${activationMilliseconds.toFixed(1)} ms`);
    assert.ok(activationMilliseconds > 0);
    assert.ok(
      activationMilliseconds <= activationLimit,
      `${activationMilliseconds} ms, more than ${activationLimit} ms`,
    );
  });

  it("registers every command of the manifest", async () => {
    const known = new Set(await vscode.commands.getCommands(true));
    const names = ["train", "debug", "openInspector", "stop", "openExample", "newModel"];
    assert.deepEqual(
      names.filter((name) => !known.has(`gradientDebugger.${name}`)),
      [],
    );
  });

  it("shows Train, Debug and Inspector above defineTraining", async () => {
    const file = inWorkspace("iris.model.ts");
    const document = await show(file);
    const lenses = await until("the three CodeLenses", async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", file, 20);
      const own = found.filter(({ command }) => command?.command.startsWith("gradientDebugger."));
      return own.length === 3 ? own : null;
    });
    for (const { range } of lenses) assert.match(document.lineAt(range.start).text, /defineTraining/);
  });

  it("gives the editor the types of gradient-debugger: the examples have no TypeScript errors, a wrong call has one", async () => {
    const file = inWorkspace("iris.model.ts");
    const document = await show(file);
    const call = "new nn.Linear(4, 16)";
    const wrong = 'new nn.Linear("4", 16)';
    await replace(document, call, wrong);
    // The error shows that TypeScript has looked at the file with our types; before that, no error proves nothing.
    const [error] = await until("TypeScript's error", () => {
      const errors = typeErrorsOf(file);
      return errors.length > 0 ? errors : null;
    });
    assert.match(error.message, /'string' is not assignable to parameter of type 'number'/);
    assert.equal(error.range.start.line + 1, lineOf(document, wrong));
    await replace(document, wrong, call);
    await document.save();
    await until("the end of TypeScript's error", () => (typeErrorsOf(file).length === 0 ? true : null));
    for (const name of ["moby-dick", "mnist"]) {
      const example = inWorkspace(`${name}.model.ts`);
      await show(example);
      const symbols = await until("TypeScript's outline", () => outlineOf(example));
      assert.ok(symbols.length > 0);
      assert.deepEqual(typeErrorsOf(example), []);
    }
  });
});

function typeErrorsOf(file: vscode.Uri): readonly vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(file).filter(({ source }) => source === "ts");
}

async function outlineOf(file: vscode.Uri): Promise<readonly vscode.DocumentSymbol[] | null> {
  const found = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
    "vscode.executeDocumentSymbolProvider",
    file,
  );
  return found !== undefined && found.length > 0 ? found : null;
}
