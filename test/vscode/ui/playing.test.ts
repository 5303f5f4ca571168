// The model at play in a window: a decision surface that changes, text that a model writes, a confusion table with its examples.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Locator } from "playwright-core";
import { Scene, until } from "./scene.ts";

describe("the model at play", { concurrency: false }, () => {
  let scene: Scene;

  before(async () => {
    scene = await Scene.open({
      size: { width: 1700, height: 1100 },
      settings: { "debug.internalConsoleOptions": "neverOpen" },
    });
  });

  after(() => scene?.close());

  const part = (title: string, selector: string): Locator => scene.panel(title).locator(selector);

  async function train(model: string): Promise<void> {
    await scene.openModel(model);
    await scene.driver.command("Gradient Debugger: Train Model");
  }

  /** At once, or when the run has come to its end by itself. */
  async function stop(): Promise<void> {
    await scene.driver.command("Gradient Debugger: Stop Training");
    await scene
      .inspector(".status-label")
      .filter({ hasText: /Stopped|Finished/ })
      .waitFor();
  }

  test("a decision surface appears and changes while the spirals are learnt, and the slider goes back to the beginning", async () => {
    await scene.play("spirals", async () => {
      const title = "Decision surface";
      await train("spirals");
      const canvas = part(title, ".surface-canvas");
      await canvas.waitFor();
      await scene.panel(title).scrollIntoViewIfNeeded();
      const picture = async (): Promise<string> =>
        String(
          await canvas.evaluate(`document.querySelector('section[aria-label="${title}"] .surface-canvas').toDataURL()`),
        );
      const right = async (): Promise<number> => {
        const note = (await part(title, "> .note").textContent()) ?? "";
        return Number(/^(\d+\.\d) % of 400 samples/.exec(note)?.[1] ?? Number.NaN);
      };
      // chance has half of them right
      await until("a surface that parts the arms", async () => ((await right()) > 70 ? true : null));
      await scene.screenshot("playing-surface");
      await stop();
      const last = await picture();
      assert.match(last, /^data:image/);
      const slider = part(title, "input[type=range]");
      await slider.focus();
      await slider.press("Home");
      await part(title, ".playing-when").filter({ hasText: "before the first iteration" }).waitFor();
      assert.ok((await right()) < 70, `${await right()} % before the first iteration`);
      assert.notEqual(await picture(), last);
      await scene.panel(title).scrollIntoViewIfNeeded();
      await scene.screenshot("playing-surface-beginning");
      await slider.press("End");
    });
  });

  test("Moby Dick's model writes on from the novel, and writes otherwise a little later", async () => {
    await scene.play("moby-dick-text", async () => {
      const title = "Text sample";
      await train("moby-dick");
      const rows = part(title, ".text-row");
      await until("two samples", async () => ((await rows.count()) >= 2 ? true : null));
      await scene.panel(title).scrollIntoViewIfNeeded();
      const prompt = (await part(title, ".text-prompt").textContent()) ?? "";
      assert.equal(prompt.length, 32, "as long as the data's sequences");
      const whole = (await part(title, ".text-sample").textContent()) ?? "";
      assert.ok(whole.startsWith(prompt) && whole.length > prompt.length, whole);
      const [first, second] = await rows.locator(".text-line").allTextContents();
      assert.notEqual(first, second);
      await scene.screenshot("playing-text");
      await stop();
      assert.equal(await scene.panel("Decision surface").isVisible(), false, "it has no two inputs");
    });
  });

  test("Iris has a confusion table by names, whose cells narrow the examples", async () => {
    await scene.play("iris-confusion", async () => {
      const title = "Confusion";
      await train("iris");
      await scene.inspector(".status-label").filter({ hasText: "Finished" }).waitFor();
      // the last state is shown in any case
      await part(title, ".playing-when").filter({ hasText: "iteration 400, the newest" }).waitFor();
      await scene.panel(title).scrollIntoViewIfNeeded();
      const facts = (await part(title, ".confusion-facts").textContent()) ?? "";
      const [, percent, samples] = /^(\d+\.\d) % of (\d+) validation samples right/.exec(facts) ?? [];
      assert.ok(Number(percent) > 90 && Number(samples) === 30, facts);
      const cells = part(title, ".confusion button");
      assert.equal(await cells.count(), 9);
      await cells.first().focus();
      await cells.first().press("ArrowDown");
      await cells.nth(3).press("ArrowRight");
      await cells.nth(4).press("Enter");
      await part(title, ".worst-title").filter({ hasText: "versicolor, found right" }).waitFor();
      await part(title, ".worst-features")
        .filter({ hasText: /petal length \d/ })
        .first()
        .waitFor();
      await scene.screenshot("playing-confusion-iris");
    });
  });

  test("MNIST has its hardest digits as pictures", async () => {
    await scene.play("mnist-confusion", async () => {
      const title = "Confusion";
      await train("mnist");
      await scene.inspector(".model-name").filter({ hasText: "MLP" }).waitFor();
      const pictures = part(title, ".worst-picture:visible");
      await until("the hardest digits", async () => ((await pictures.count()) >= 10 ? true : null));
      assert.equal(await part(title, ".confusion button").count(), 100);
      await scene.panel(title).scrollIntoViewIfNeeded();
      await scene.screenshot("playing-confusion-mnist");
      await stop();
    });
  });
});
