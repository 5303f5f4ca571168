// Values at a pause as a user meets them: at the lines' ends, in the variables, in the console, in the inspector.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Scene, until } from "./scene.ts";

/** Lines of moby-dick.model.ts. */
const line = { x: 10, h: 11, head: 12 };

describe("Values at a pause in Moby Dick", { concurrency: false }, () => {
  let scene: Scene;

  before(async () => {
    scene = await Scene.open({
      size: { width: 1900, height: 1100 },
      settings: { "debug.internalConsoleOptions": "neverOpen", "gradientDebugger.precision": 5 },
    });
  });

  after(() => scene?.close());

  /** A line of the editor with what the debugger has put at its end; every blank of it is a `\s`, for they do not break. */
  function inlineValue(text: RegExp) {
    return scene.driver.page.locator(".editor-group-container .view-line", { hasText: text }).first();
  }

  test("inline values stand at the lines that have run, and at no other", async () => {
    await scene.play("inline-values", async () => {
      const { driver } = scene;
      await scene.openModel("moby-dick");
      await driver.clickGutter(line.head);
      await driver.page.locator(".codicon-debug-breakpoint").first().waitFor();
      await driver.page.keyboard.press("F5");
      await driver.stoppedAt(line.head);
      await inlineValue(/x:\s\[16,\s32,\s32\]\s‖x‖\s=\s[\d.]+\s*$/).waitFor();
      await inlineValue(/h:\s\[16,\s32,\s128\]\s‖h‖\s=\s[\d.]+\s*$/).waitFor();
      assert.equal(await inlineValue(/return this\.head.*‖/).count(), 0);
      await scene.screenshot("debug-inline-values");
    });
  });

  test("in backward they have the gradient's norm too", async () => {
    await scene.play("inline-gradients", async () => {
      const { driver } = scene;
      // the breakpoint's line comes again in backward
      for (const end of ["end of forward", "end of loss", "head backward"]) {
        await driver.button("step-out").click();
        await driver.topOfStack(end);
      }
      await inlineValue(/h:\s\[16,\s32,\s128\]\s‖h‖\s=\s[\d.]+\s‖∂L\/∂h‖\s=\s[\d.e-]+\s*$/).waitFor();
      await scene.screenshot("debug-inline-gradients");
    });
  });

  test("a weight is set in the variables, and the row shows what it is now", async () => {
    await scene.play("set-value", async () => {
      const { driver } = scene;
      await driver.closePane("Watch");
      await driver.unfold("Variables", false);
      await driver.unfold("Parameters");
      await driver.variable(/^head\.bias =/).dblclick();
      const input = driver.page.locator(".debug-variables .monaco-inputbox input");
      await input.waitFor();
      await input.fill("0.5");
      await driver.page.keyboard.press("Enter");
      await driver.variable(/^head\.bias =\s*Tensor \[65\]\s+norm 4\.0311\s+mean 0\.5 ± 0$/).waitFor();
      await scene.screenshot("debug-set-value");
      await driver.variable(/^head\.bias =/).dblclick();
      await input.waitFor();
      await input.fill("this.rnn.bias_hh_l0");
      await driver.page.keyboard.press("Enter");
      await driver.page
        .getByText(/has shape \[65\], but the value has shape \[128\]/)
        .first()
        .waitFor();
      await scene.screenshot("debug-set-value-refused");
      await driver.page.keyboard.press("Escape");
      await driver.unfold("Parameters", false);
    });
  });

  test("the console completes, draws a histogram and takes assignments", async () => {
    await scene.play("console-values", async () => {
      const { driver } = scene;
      await driver.typeInConsole("this.rnn.weight_hh");
      await driver.page.locator(".suggest-widget .monaco-list-row", { hasText: "weight_hh_l0" }).first().waitFor();
      await scene.screenshot("debug-console-completions");
      await driver.evaluate("this.rnn.weight_hh_l0");
      await driver.consoleRow(/▲\smean/).waitFor();
      await driver.evaluate("optimizer.learningRate = 0.01");
      await driver.consoleRow(/^0\.01$/).waitFor();
      await scene.screenshot("debug-console-values");
    });
  });

  test("commands change the learning rate and the clip norm, and the console says from which iteration on", async () => {
    await scene.play("change-settings", async () => {
      const { driver } = scene;
      await driver.command("Gradient Debugger: Change Learning Rate…");
      await driver.answer("0.005");
      await driver.consoleRow(/learningRate = 0\.005 from iteration 1 on/).waitFor();
      await driver.command("Gradient Debugger: Change Clip Norm…");
      await driver.answer("none");
      await driver.consoleRow(/clipGradNorm = none from iteration 1 on/).waitFor();
      await driver.evaluate("learningRate");
      await driver.consoleRow(/^0\.005$/).waitFor();
      await scene.screenshot("debug-change-settings");
    });
  });

  test("Run to Cursor stops at the line of the caret", async () => {
    await scene.play("run-to-cursor", async () => {
      const { driver } = scene;
      await driver.command("Remove All Breakpoints");
      await scene.openModel("moby-dick");
      await driver.goTo(line.x);
      await driver.command("Debug: Run to Cursor");
      await driver.stoppedAt(line.x);
      await scene.screenshot("debug-run-to-cursor");
    });
  });

  test("Open in Gradient Inspector brings the parameter into view", async () => {
    await scene.play("open-in-inspector", async () => {
      const { driver } = scene;
      await driver.unfold("Parameters");
      await driver.variable(/^rnn\.weight_hh_l0 =/).click({ button: "right" });
      await driver.chooseFromMenu("Open in Gradient Inspector");
      const row = scene.panel("Parameters").locator("tr.asked", { hasText: "rnn.weight_hh_l0" });
      await row.waitFor();
      await until("the row in view", async () => {
        const box = await row.boundingBox();
        return box !== null && box.y > 0 && box.y < 1100 ? box : null;
      });
      await scene.screenshot("debug-open-in-inspector");
    });
  });
});
