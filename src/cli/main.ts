// The terminal command. Exit code 0: done; 1: a check found something; 2: wrong usage or an error in the model.

import { WorkerRuntimes } from "../adapter/runtime/workerRuntime.ts";
import { runStdioAdapter } from "../adapter/stdio.ts";
import { ReportedError } from "../runtime/headless.ts";
import { check, grads, train } from "./commands.ts";
import { UsageError, usage } from "./usage.ts";

// The build makes one CommonJS file of this, beside the kernels: that folder is all it needs to know of the disk.
const dist = __dirname;

async function main([command, ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case "train":
      return train(args, dist);
    case "grads":
      return grads(args, dist);
    case "check":
      return check(args, dist);
    case "dap":
      await runStdioAdapter(new WorkerRuntimes({ dist }));
      return 0;
    case "--help":
    case "-h":
    case "help":
      process.stdout.write(usage);
      return 0;
    case undefined:
      throw new UsageError("a command is missing");
    default:
      throw new UsageError(`there is no command "${command}"`);
  }
}

// `train --json | head` closes the pipe early; that is no error of anybody's
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const verbose = process.argv.includes("--verbose");
main(process.argv.slice(2).filter((arg) => arg !== "--verbose")).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = 2;
    process.stderr.write(explain(error));
  },
);

/** `file:line:column: message`, a line for each; the stack only when asked for. */
function explain(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\n\n${usage}`;
  if (!(error instanceof ReportedError)) {
    return verbose && error instanceof Error
      ? `${error.stack}\n`
      : `${error instanceof Error ? error.message : String(error)}\n`;
  }
  return error.reports
    .map(({ message, source, detail }) => {
      const place = source === null ? "" : `${source.file}:${source.line}:${source.column}: `;
      return `${place}${message}\n${verbose ? `${detail}\n` : ""}`;
    })
    .join("");
}
