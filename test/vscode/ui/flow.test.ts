// The flow in a real window: lit where the debugger stands, a click goes to the layer's line, two clicks set a breakpoint.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Locator } from "playwright-core";
import { Scene, until, untilEqual } from "./scene.ts";

describe("the flow in the inspector", { concurrency: false }, () => {
  let scene: Scene;

  before(async () => {
    scene = await Scene.open({
      size: { width: 1600, height: 1100 },
      settings: { "debug.internalConsoleOptions": "neverOpen" },
    });
  });

  after(() => scene?.close());

  const box = (name: string): Locator => scene.panel("Flow").locator(`.flow-box-button[aria-label^="${name},"]`);

  /** Lines of the model file that have a breakpoint's sign in their gutter. */
  async function breakpoints(): Promise<number[]> {
    const { page } = scene.driver;
    const signs = page.locator(".editor-group-container .glyph-margin-widgets [class*='codicon-debug-breakpoint']");
    const places = await Promise.all((await signs.all()).map((sign) => sign.boundingBox().catch(() => null)));
    const numbers = page.locator(".editor-group-container .margin-view-overlays .line-numbers");
    const lines: number[] = [];
    for (const number of await numbers.all()) {
      const rect = await number.boundingBox().catch(() => null);
      const isMarked = places.some(
        (place) => place !== null && rect !== null && Math.abs(place.y - rect.y) < rect.height / 2,
      );
      if (isMarked) lines.push(Number(await number.textContent()));
    }
    return lines.sort((a, b) => a - b);
  }

  test("at a pause in backward the layer is lit, and gradients are there as far as backward has come", async () => {
    await scene.play("flow-pause", async () => {
      await scene.openModel("moby-dick");
      await scene.pauseInBackward(28, 20);
      await scene.panel("Flow").scrollIntoViewIfNeeded();
      await scene
        .panel("Flow")
        .locator('[aria-current="step"][aria-label^="rnn, RNN: output [16, 32, 128]"]')
        .waitFor();
      const shown = (name: string) => scene.panel("Flow").locator(`.strand.gradients.${name}`).count();
      // head → cross entropy, rnn → head, and the hidden state; not embed → rnn, and tokens and targets have none
      await untilEqual([3, 3], async () => [await shown("size"), await shown("nothing")]);
      assert.match((await box("embed").getAttribute("aria-label")) ?? "", /backward has not come to it/);
      assert.match((await box("head").getAttribute("aria-label")) ?? "", /backward has been there/);
      await scene.screenshot("flow-backward");
    });
  });

  test("it goes on with the debugger", async () => {
    await scene.play("flow-step", async () => {
      const { driver } = scene;
      await driver.button("step-over").click();
      // the end of the whole layer, all of its timesteps: what it was given has its gradient now
      await driver.topOfStack("rnn backward");
      await scene.panel("Flow").locator('[aria-current="step"][aria-label*="backward has been there"]').waitFor();
      await scene.panel("Flow").locator(".strand.gradients.size").nth(3).waitFor({ state: "attached" });
    });
  });

  test("a click on a layer goes to its line in the editor and narrows the page to it", async () => {
    await scene.play("flow-click", async () => {
      const { driver } = scene;
      await driver.goTo(1);
      await box("head").click();
      await driver.page
        .locator(".statusbar-item", { hasText: /^Ln 12, Col/ })
        .first()
        .waitFor();
      await scene.panel("Flow").locator('.flow-box-button[aria-pressed="true"][aria-label^="head,"]').waitFor();
      await scene.screenshot("flow-selected");
      await scene.panel("Flow").locator(".flow-all").click();
      await scene.panel("Flow").locator('.flow-box-button[aria-pressed="true"]').first().waitFor({ state: "detached" });
    });
  });

  test("a double click sets a breakpoint at its line, and another takes it away", async () => {
    await scene.play("flow-breakpoint", async () => {
      await until("the breakpoint in line 11", async () => ((await breakpoints()).includes(11) ? true : null));
      await box("head").dblclick();
      await scene.panel("Flow").locator(".flow-said", { hasText: "Breakpoint set at moby-dick.model.ts:12" }).waitFor();
      await untilEqual([11, 12], breakpoints);
      await scene.screenshot("flow-breakpoint");
      await box("head").dblclick();
      await scene
        .panel("Flow")
        .locator(".flow-said", { hasText: "Breakpoint removed from moby-dick.model.ts:12" })
        .waitFor();
      await untilEqual([11], breakpoints);
    });
  });
});
