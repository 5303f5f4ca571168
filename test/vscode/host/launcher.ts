#!/usr/bin/env -S node --import tsx
// Stands where @vscode/test-electron expects the desktop's program, and runs the same suite in the server build.
import { format } from "node:util";
import { type Ending, openWindow } from "./window.ts";

/** What VS Code itself says on the way; none of it is about the extension. */
const noise =
  /^(Creating a socket|Resolv(ing|ed) connection|\[reconnection-grace|\[Service Worker\]|\[AgentHost|\[AccountPolicyGate|Ignoring fetching|Updating additional|No search provider|Timed out waiting for authentication|Canceled|getaddrinfo)/;
/** VS Code reports success when the extension host dies in mid-run, so the suite's last line must have been seen too. */
const closingLine = /^[1-9]\d* passed, 0 failed/m;
const limitSeconds = 300;

process.exitCode = await runSuite(process.argv.slice(2));

/** Returns 0 when every test passed; 1 when one failed; 70 to 72 when page, server or extension host died; 124 out of time. */
async function runSuite(args: readonly string[]): Promise<number> {
  const option = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  let closed = false;
  const window = await openWindow({
    extension: required(option("extensionDevelopmentPath"), "extensionDevelopmentPath"),
    tests: required(option("extensionTestsPath"), "extensionTestsPath"),
    folder: args.find((arg) => !arg.startsWith("-")),
    workspaceTrust: !args.includes("--disable-workspace-trust"),
    onLog: (type, values) => {
      const text = format(...values);
      closed ||= closingLine.test(text);
      if (!noise.test(text)) process[type === "error" ? "stderr" : "stdout"].write(`${text}\n`);
    },
  });
  // test-electron holds the other end of this pipe: when it is gone, nobody waits for a result.
  process.stdin.once("end", () => process.exit(130)).resume();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Ending>((done) => {
    timer = setTimeout(done, limitSeconds * 1000, { code: 124, reason: `no result within ${limitSeconds} s` });
  });
  let ending = await Promise.race([window.ended, late]);
  clearTimeout(timer);
  await window.close();
  process.stdin.destroy();
  if (ending.code === 0 && !closed) ending = { code: 72, reason: "the extension host ended before the last test" };
  if (ending.code !== 0) console.error(`The suite in VS Code failed with code ${ending.code}: ${ending.reason}`);
  return ending.code;
}

function required(value: string | undefined, name: string): string {
  if (value === undefined) throw new Error(`Missing argument --${name}=…`);
  return value;
}
