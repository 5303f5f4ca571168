// The curves as a user has them: breakpoint hits become marks, and the cursor drawn along the axis takes the session there.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Scene, until, untilEqual } from "./scene.ts";

/** Line of iris.model.ts with the first layer's call. */
const firstLayer = 9;
const condition = 'iteration % 100 === 0 && phase === "forward"';

describe("Curves of Iris under the debugger", { concurrency: false }, () => {
  let scene: Scene;

  before(async () => {
    scene = await Scene.open({
      size: { width: 1900, height: 1100 },
      settings: { "debug.internalConsoleOptions": "neverOpen" },
    });
  });

  after(() => scene?.close());

  const curves = () => scene.panel("Curves");
  const cursor = () => curves().getByRole("slider", { name: "Iteration that the run is at" });

  /** Waits until the session is paused there, in the page and in the call stack. */
  async function pausedIn(iteration: number): Promise<void> {
    await scene.inspector(`.cursor.paused:not(.aiming)[aria-valuenow="${iteration}"]`).waitFor();
    const epoch = Math.ceil(iteration / 8); // 120 flowers in batches of 16
    await untilEqual([`iteration ${iteration}`, `epoch ${epoch}`], async () =>
      (await scene.driver.callStack(/^epoch \d+$/)).slice(-2),
    );
  }

  /** Where an iteration is on the screen; the axis goes from 1 to `last`. */
  async function placeOf(iteration: number, last: number): Promise<number> {
    const strip = (await curves().locator(".overview canvas").boundingBox()) ?? assert.fail("no strip");
    return strip.x + ((iteration - 1) / (last - 1)) * strip.width;
  }

  test("a breakpoint that is hit three times leaves three marks on the axis", async () => {
    await scene.play("marks", async () => {
      const { driver } = scene;
      await scene.openModel("iris");
      await driver.gutterMenu(firstLayer, "Add Conditional Breakpoint");
      await driver.typeInto(".breakpoint-widget .monaco-editor", condition);
      await driver.page.keyboard.press("Enter");
      await driver.page.locator(".codicon-debug-breakpoint-conditional").first().waitFor();
      await driver.page.keyboard.press("F5");
      for (const iteration of [100, 200, 300]) {
        if (iteration > 100) await driver.button("continue").click();
        await pausedIn(iteration);
      }
      await scene.curve("Loss", 300);
      const marks = curves().getByRole("toolbar", { name: "Marks on the axis" }).getByRole("button");
      await untilEqual(3, () => marks.count());
      const names = await marks.evaluateAll((all) => all.map((mark) => mark.getAttribute("aria-label") ?? ""));
      for (const [i, name] of names.entries())
        assert.match(name, new RegExp(`^Iteration ${i + 1}00, breakpoint hit: `));
    });
  });

  test("drawn back along the axis, the cursor takes the session to the iteration where it is let go", async () => {
    await scene.play("drawn-back", async () => {
      const { driver } = scene;
      const { mouse } = driver.page;
      await cursor().scrollIntoViewIfNeeded();
      const box = (await cursor().boundingBox()) ?? assert.fail("no cursor");
      const y = box.y + box.height / 2;
      await mouse.move(box.x + box.width / 2, y);
      await mouse.down();
      await mouse.move(await placeOf(150, 300), y, { steps: 8 });
      const aim = await until("an aim", async () => {
        const iteration = Number(await cursor().getAttribute("aria-valuenow"));
        return iteration < 300 ? iteration : null;
      });
      assert.ok(Math.abs(aim - 150) <= 3, `drawn to ${aim}`);
      await scene.screenshot("curves-drawn");
      await mouse.up();
      await driver.topOfStack(`beginning of iteration ${aim}`);
      await pausedIn(aim);
      await scene.inspector(".over.beyond").first().waitFor();
      await scene.screenshot("curves-went-back");
    });
  });

  test("the keys take it further, and Continue comes to the same breakpoint again, which leaves no other mark", async () => {
    await scene.play("keys", async () => {
      const { driver } = scene;
      const here = Number(await cursor().getAttribute("aria-valuenow"));
      await cursor().focus();
      await driver.page.keyboard.press("PageDown");
      await driver.page.keyboard.press("Enter");
      await driver.topOfStack(`beginning of iteration ${here - 10}`);
      await pausedIn(here - 10);
      await driver.button("continue").click();
      await pausedIn(200);
      await untilEqual(3, () => curves().locator(".mark-track button").count());
    });
  });

  test("when the run is over, the cursor says why it cannot go back", async () => {
    await scene.play("over", async () => {
      const { driver } = scene;
      await driver.command("Remove All Breakpoints");
      await driver.button("continue").click();
      await scene.inspector(".status-label").filter({ hasText: "Finished" }).waitFor();
      await cursor().focus();
      await driver.page.keyboard.press("Home");
      await driver.page.keyboard.press("Enter");
      await curves().locator(".journey-words", { hasText: "Not gone to iteration 1: the run is over" }).waitFor();
      await scene.screenshot("curves-over");
    });
  });
});
