// The heatmap of time in a window: a click on a cell takes the debugger to that event, how far the layer remembers, gates.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { patience, Scene, until } from "./scene.ts";

const title = "Gradient through time";

describe("Gradient through time in Moby Dick", { concurrency: false }, () => {
  let scene: Scene;

  before(async () => {
    scene = await Scene.open({
      size: { width: 1900, height: 1100 },
      settings: { "debug.internalConsoleOptions": "neverOpen" },
    });
  });

  after(() => scene?.close());

  const part = (selector: string) => scene.panel(title).locator(selector);

  /** Moves over the heatmap until it says that this timestep is under the mouse, and clicks. */
  async function click(timestep: number): Promise<void> {
    const { page } = scene.driver;
    const surface = part(".time-surface");
    await surface.scrollIntoViewIfNeeded();
    const readout = part(".time-readout");
    await until(`t = ${timestep} under the mouse`, async () => {
      const box = await surface.boundingBox();
      if (box === null) return null;
      let [low, high] = [box.x, box.x + box.width];
      for (let i = 0; i < 12; i++) {
        const x = (low + high) / 2;
        await page.mouse.move(x, box.y + 24);
        const found = /t = (\d+)/.exec((await readout.textContent()) ?? "");
        const at = found === null ? (x < box.x + box.width / 2 ? -1 : Number.POSITIVE_INFINITY) : Number(found[1]);
        if (at === timestep) return true;
        if (at < timestep) low = x;
        else high = x;
      }
      return null;
    });
    await page.mouse.down();
    await page.mouse.up();
  }

  test("a click on a cell goes to that event, forth and back, and the cell says so", async () => {
    await scene.play("time-click", async () => {
      const { driver } = scene;
      await scene.openModel("moby-dick");
      await scene.pauseInBackward(28, 10);
      await scene.curve(title, 300);
      await part(".time-readout").waitFor();
      // what stands along the axis is asked for at the pause
      await part("tbody tr")
        .filter({ hasText: /^31“?\S/ })
        .first()
        .waitFor({ state: "attached" });
      await click(12);
      await driver.topOfStack("rnn[t=12] backward");
      await scene.inspector(".place").filter({ hasText: "t = 12 of 32" }).waitFor();
      await part("tbody tr")
        .filter({ hasText: /^11.*not reached yet/ })
        .waitFor({ state: "attached" });
      await scene.panel(title).scrollIntoViewIfNeeded();
      await scene.screenshot("time-click");

      // backward has been there: history takes the run back
      await click(25);
      await driver.topOfStack("rnn[t=25] backward");
      await part("tbody tr")
        .filter({ hasText: /^24.*not reached yet/ })
        .waitFor({ state: "attached" });

      await part(".time-phase").selectOption("forward");
      await click(5);
      await driver.topOfStack("rnn[t=5] forward");
    });
  });

  test("the keyboard goes there too", async () => {
    await scene.play("time-keyboard", async () => {
      const { driver } = scene;
      await part(".time-phase").selectOption("backward");
      const surface = part(".time-surface");
      await surface.focus();
      for (const key of ["Home", "ArrowRight", "ArrowRight", "ArrowRight"]) await surface.press(key);
      await until("the third timestep", async () =>
        (await surface.getAttribute("aria-valuenow")) === "3" ? true : null,
      );
      await surface.press("Enter");
      await driver.topOfStack("rnn[t=3] backward");
    });
  });

  test("how far back it remembers is computed at the pause and drawn over the heatmap", async () => {
    await scene.play("time-chain", async () => {
      await part(".time-button").filter({ hasText: "How far back" }).click();
      await part("figcaption")
        .filter({ hasText: "It remembers" })
        .waitFor({ timeout: 4 * patience });
      const last = await part("tbody tr").last().textContent();
      // at T it is the identity
      assert.match(last ?? "", /^31.*1\.00$/);
      await scene.panel(title).scrollIntoViewIfNeeded();
      await scene.screenshot("time-chain");
    });
  });
});
