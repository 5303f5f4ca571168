// The debug adapter on standard input and output, for every client that starts it as a process of its own.
import { Writable } from "node:stream";
import type { RuntimeFactory } from "./runtime/runtime.ts";
import { GradientDebugSession } from "./session.ts";

/** Serves one session; the process ends when the client disconnects or closes the stream. */
export function runStdioAdapter(factory: RuntimeFactory & { dispose?(): void | Promise<void> }): void {
  const protocol = takeStdout();
  // The last response must be on its way before the process ends.
  const exit = () => protocol.end(() => process.exit(0));
  const end = () => void Promise.resolve(factory.dispose?.()).finally(exit);
  const session = new GradientDebugSession(factory, end);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => session.shutdown());
  process.stdin.on("end", () => session.shutdown());
  session.start(process.stdin, protocol);
}

/** A stray line would break the protocol for good, so whatever else is written to stdout goes to stderr. */
function takeStdout(): Writable {
  const write = process.stdout.write.bind(process.stdout);
  // The callback of `write` has the error as well; without a listener it would end the process before the run.
  process.stdout.on("error", () => {});
  process.stdout.write = process.stderr.write.bind(process.stderr);
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      write(chunk, done);
    },
  });
}
