// An adapter process for the tests: `real` talks to worker threads of the fake dist, otherwise a scripted run answers.
import { join } from "node:path";
import { WorkerRuntimes } from "../../src/adapter/runtime/workerRuntime.ts";
import { runStdioAdapter } from "../../src/adapter/stdio.ts";
import { FakeFactory, finished, pauseAnswers, started, stopped } from "./fakeRuntime.ts";

if (process.env.FAKE_SERVER === "workers") {
  runStdioAdapter(new WorkerRuntimes({ dist: join(import.meta.dirname, "fakeDist") }));
} else {
  const factory = new FakeFactory();
  factory.answers = {
    ...pauseAnswers,
    resume: ({ mode }) => {
      const next = mode === "continue" ? finished : stopped("step", 11);
      factory.runtime.emit({ type: "continued" }, next);
      return {};
    },
  };
  factory.onStart = (runtime) =>
    setImmediate(() => {
      console.log("a stray line of the adapter's own process");
      process.stdout.write("and one past the console\n");
      runtime.emit(
        started,
        stopped(
          "breakpoint",
          10,
          runtime.options.breakpoints.map(({ id }) => id),
        ),
      );
    });
  runStdioAdapter(factory);
}
