// Transcripts of stepping, kept as files: every control, through every phase, for each kind of layer.
import { readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { WorkerRuntimes } from "../../../src/adapter/runtime/workerRuntime.ts";
import { modelFile } from "../clients/models.ts";
import { dist, RawClient } from "../protocol/rawClient.ts";
import { Transcript } from "./transcript.ts";

const runtimes = new WorkerRuntimes({ dist });
after(() => runtimes.dispose());

/** Walks a model and compares with the transcript of this name. */
async function golden(
  name: string,
  walk: (transcript: Transcript, client: RawClient, program: string) => Promise<void>,
  change: (source: string) => string = (same) => same,
): Promise<void> {
  const program = modelFile(change);
  const client = new RawClient(runtimes);
  const transcript = new Transcript(client, readFileSync(program, "utf8"));
  await transcript.stop("launch, stop on entry", () => client.begin(program, [], { stopOnEntry: true }));
  await walk(transcript, client, program);
  await client.ask("disconnect");
  await client.ended;
  client.check();
  transcript.check(name);
}

const layer = (before: string, after: string) => (source: string) => source.replace(before, after);

describe("stepping", { concurrency: false }, () => {
  test("into every event of an iteration", () =>
    golden("step-in", async (transcript) => {
      for (let i = 0; i < 34; i++) await transcript.step("stepIn");
    }));

  test("over layers, through two iterations", () =>
    golden("step-over", async (transcript) => {
      for (let i = 0; i < 24; i++) await transcript.step("next");
    }));

  test("out of phases, through an epoch's end", () =>
    golden("step-out", async (transcript) => {
      for (let i = 0; i < 10; i++) await transcript.step("stepOut");
    }));

  test("into every gate of an LSTM", () =>
    golden(
      "lstm",
      async (transcript) => {
        for (let i = 0; i < 26; i++) await transcript.step("stepIn");
        transcript.note("to the loss, and backward");
        await transcript.step("stepOut");
        await transcript.step("stepOut");
        for (let i = 0; i < 16; i++) await transcript.step("stepIn");
      },
      layer("nn.RNN(2, 4)", "nn.LSTM(2, 4)"),
    ));

  test("between breakpoints, in forward, backward and update", () =>
    golden("breakpoints", async (transcript, client, program) => {
      const breakpoints = [{ line: 4 }, { line: 9 }, { line: 20 }];
      await client.ask("setBreakpoints", { source: { path: program }, breakpoints });
      for (let i = 0; i < 9; i++) await transcript.step("continue");
      transcript.note("mixed with steps");
      for (const command of ["stepIn", "next", "continue", "stepOut", "continue"]) await transcript.step(command);
    }));

  test("back, and forward again", () =>
    golden("step-back", async (transcript, client, program) => {
      await client.ask("setBreakpoints", { source: { path: program }, breakpoints: [{ line: 20 }] });
      for (let i = 0; i < 3; i++) await transcript.step("continue");
      transcript.note("back over the border of iterations");
      for (let i = 0; i < 12; i++) await transcript.step("stepBack");
      transcript.note("and the same way forward");
      for (let i = 0; i < 12; i++) await transcript.step("stepIn");
      transcript.note("to the breakpoints before, and to the beginning");
      for (let i = 0; i < 3; i++) await transcript.step("reverseContinue");
    }));
});
