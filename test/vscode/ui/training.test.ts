// "Train Model" from the palette on Moby Dick: what is seen while it trains, how it stops, and how long it takes to begin.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { settled, watchContention } from "../host/contention.ts";
import { Scene, until, untilEqual } from "./scene.ts";

/** The limits in milliseconds. */
const limits = { activation: 50, firstIterationCold: 1500, firstIterationWarm: 500 };
const warmRuns = 3;
/** What was measured, and by which factor other programs lengthened it. */
interface Time {
  readonly milliseconds: number;
  readonly contention: number;
}

/** As many windows at most are opened to measure a first run. */
const coldRuns = 4;
const measurements = fileURLToPath(new URL("../measurements.json", import.meta.url));

describe("Train Model on Moby Dick", { concurrency: false }, () => {
  let scene: Scene;
  const times: Record<keyof typeof limits, Time[]> = { activation: [], firstIterationCold: [], firstIterationWarm: [] };

  before(async () => {
    scene = await Scene.open();
  });

  after(() => scene?.close());

  test("shows progress, status, curves and gradients while it trains", async () => {
    await scene.play("training", async () => {
      await measureCold(scene);

      await scene.notification(/Training moby-dick.*epoch 1\/3 · iteration \d+ · loss \d/s).waitFor();
      await scene.status.filter({ hasText: /epoch 1\/3 · iteration \d+ · loss [\d.]+ · [\d.]+ it\/s/ }).waitFor();

      await scene.inspector(".model-name").filter({ hasText: "CharRNN" }).waitFor();
      await scene.inspector(".status-label").filter({ hasText: "Running" }).waitFor();
      await scene.curve("Loss", 300);
      await scene.curve("Gradient norm", 300);
      await scene.curve("Gradient through time");
      const parameters = [
        "embed.weight",
        "rnn.weight_ih_l0",
        "rnn.weight_hh_l0",
        "rnn.bias_ih_l0",
        "rnn.bias_hh_l0",
        "head.weight",
        "head.bias",
      ];
      await untilEqual(parameters, () => scene.panel("Parameters").locator("tbody tr th").allInnerTexts());

      const facts = await factsOf(scene);
      await until("numbers that change", async () => {
        const now = await factsOf(scene);
        const changed = ["Iteration", "Loss", "Gradient norm"].every((name) => now.get(name) !== facts.get(name));
        return changed && iterationOf(now) > iterationOf(facts) ? true : null;
      });
      // It learns: after a hundred iterations the loss is well below that of guessing among 65 characters, ln 65 = 4.17.
      await until("a loss below 2.8", async () => {
        const now = await factsOf(scene);
        return iterationOf(now) > 100 && Number(now.get("Loss")) < 2.8 ? true : null;
      });
      await scene.screenshot("training-running");
    });
  });

  test("stops on the command, and keeps what was reached", async () => {
    await scene.play("stopped", async () => {
      await scene.driver.command("Gradient Debugger: Stop Training");
      await scene.inspector(".status-label").filter({ hasText: "Stopped" }).waitFor();
      await scene.notification("Training moby-dick").waitFor({ state: "hidden" });
      const { iteration } = await scene.probe("the end", ({ status }) => status === "finished");
      await scene.status.filter({ hasText: `iteration ${iteration} ` }).waitFor();
      await untilEqual(iteration, async () => iterationOf(await factsOf(scene)));
      await scene.screenshot("training-stopped");
    });
  });

  test("starts again from the editor's button, and Cancel in its notification ends it", async () => {
    await scene.play("cancelled", async () => {
      for (let run = 0; run < warmRuns; run++) {
        const before = await scene.probe("the run before", ({ status }) => status === "finished");
        const contended = watchContention();
        await scene.driver.page.locator(".editor-actions .codicon-play").first().click();
        const { firstIteration } = await scene.probe(
          "the first iteration",
          (now) => now.firstIteration !== null && now.firstIteration !== before.firstIteration,
        );
        times.firstIterationWarm.push({ milliseconds: firstIteration ?? Number.NaN, contention: contended() });
        const notification = scene.notification("Training moby-dick");
        await notification.hover();
        await notification.getByRole("button", { name: "Cancel" }).click();
        await scene.probe("the end", ({ status }) => status === "finished");
        await scene.inspector(".status-label").filter({ hasText: "Stopped" }).waitFor();
      }
    });
  });

  test("activates within 50 ms and reaches the first iteration within 1.5 s cold and 0.5 s warm", async () => {
    await scene.close();
    // Other programs may take the processors at any moment, so the best of a few windows counts.
    while (best(times.firstIterationCold) > limits.firstIterationCold && times.firstIterationCold.length < coldRuns) {
      const again = await Scene.open();
      await measureCold(again).finally(again.close);
    }
    const machine = { processor: cpus()[0].model, cores: cpus().length };
    writeFileSync(measurements, `${JSON.stringify({ ...times, ...machine }, null, 2)}\n`);
    console.log(`milliseconds: ${JSON.stringify(times)}`);
    for (const name of ["activation", "firstIterationCold", "firstIterationWarm"] as const) {
      const milliseconds = best(times[name]);
      assert.ok(milliseconds <= limits[name], `${name}: ${milliseconds.toFixed(0)} ms, more than ${limits[name]} ms`);
    }
  });

  /** Trains for the first time in a new window, and notes how long it took the extension to wake up and to begin. */
  async function measureCold(fresh: Scene): Promise<void> {
    const contended = watchContention();
    await fresh.openModel("moby-dick");
    const { activation } = await fresh.probe("the activation", () => true);
    times.activation.push({ milliseconds: activation, contention: contended() });
    // VS Code itself and its TypeScript server have just begun too; what they take is not what is measured.
    await settled();
    const contendedRun = watchContention();
    await fresh.driver.command("Gradient Debugger: Train Model");
    const { firstIteration } = await fresh.probe("the first iteration", (now) => now.firstIteration !== null);
    times.firstIterationCold.push({ milliseconds: firstIteration ?? Number.NaN, contention: contendedRun() });
  }
});

/** The least of them, each shortened by what other programs added to it. */
function best(times: readonly Time[]): number {
  return Math.min(...times.map(({ milliseconds, contention }) => milliseconds / contention));
}

/** The numbers at the top of the inspector by their names. */
async function factsOf(scene: Scene): Promise<ReadonlyMap<string, string>> {
  const facts = scene.inspector(".fact");
  const [names, values] = await Promise.all([
    facts.locator("dt").allTextContents(),
    facts.locator(".fact-value").allTextContents(),
  ]);
  return new Map(names.map((name, i) => [name, values[i]]));
}

function iterationOf(facts: ReadonlyMap<string, string>): number {
  return Number(facts.get("Iteration")?.replaceAll(",", ""));
}
