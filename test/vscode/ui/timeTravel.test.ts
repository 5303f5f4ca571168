// Going back, conditions, filters and watchpoints as a user has them: by the toolbar, the gutter's menu and the views.
import { after, before, describe, test } from "node:test";
import { Scene, until, untilEqual } from "./scene.ts";

/** Lines of moby-dick.model.ts. */
const line = { h: 11 };

describe("Time travel and conditions in Moby Dick", { concurrency: false }, () => {
  let scene: Scene;

  before(async () => {
    scene = await Scene.open({
      size: { width: 1900, height: 1100 },
      settings: { "debug.internalConsoleOptions": "neverOpen" },
    });
  });

  after(() => scene?.close());

  /** Waits until the call stack says so: VS Code shows a new top before the rows below it. */
  function inIteration(iteration: number): Promise<void> {
    const expected = [`iteration ${iteration}`, "epoch 1"];
    return untilEqual(expected, async () => (await scene.driver.callStack(/^epoch 1$/)).slice(-2));
  }

  /** What the variables say of h_t's gradient: two numbers of four digits. */
  async function gradientText(): Promise<string> {
    const row = scene.driver.variable(/^∂L\/∂h_t =\s*Tensor \[16, 128\]\s+norm/);
    await row.waitFor();
    return ((await row.textContent()) ?? "").replace(/\s+/g, " ");
  }

  function differing(text: string, last: string | undefined): string | null {
    return text === last ? null : text;
  }

  test("a conditional breakpoint is written in the editor, and stops where its condition holds", async () => {
    await scene.play("conditional-breakpoint", async () => {
      const { driver } = scene;
      await scene.openModel("moby-dick");
      await driver.gutterMenu(line.h, "Add Conditional Breakpoint");
      await driver.typeInto(".breakpoint-widget .monaco-editor", 'iteration === 3 && phase === "backward"');
      await scene.screenshot("debug-conditional-breakpoint-written");
      await driver.page.keyboard.press("Enter");
      await driver.page.locator(".codicon-debug-breakpoint-conditional").first().waitFor();
      await driver.page.keyboard.press("F5");
      await driver.topOfStack("rnn[t=31] backward");
      await inIteration(3);
      await scene.screenshot("debug-conditional-breakpoint");
    });
  });

  test("Step Back goes to the event before, which shows the same numbers again", async () => {
    await scene.play("step-back", async () => {
      const { driver } = scene;
      await driver.closePane("Watch");
      await driver.unfold("Variables", false);
      await driver.unfold("Gradients");
      const seen = new Map([[31, await gradientText()]]);
      for (const t of [30, 29, 28]) {
        await driver.button("step-into").click();
        await driver.topOfStack(`rnn[t=${t}] backward`);
        // each timestep has another gradient, and the row may still show the one before
        const last = seen.get(t + 1);
        seen.set(t, await until("the next gradient", async () => differing(await gradientText(), last)));
      }
      for (const t of [29, 30]) {
        await driver.button("step-back").click();
        await driver.topOfStack(`rnn[t=${t}] backward`);
        await untilEqual(seen.get(t), gradientText);
      }
      await scene.inspector(".place").filter({ hasText: "t = 30 of 32" }).waitFor();
      await scene.screenshot("debug-step-back");
      await driver.button("step-into").click();
      await driver.topOfStack("rnn[t=29] backward");
      await untilEqual(seen.get(29), gradientText);
      await driver.unfold("Gradients", false);
    });
  });

  test("Go to Iteration goes back to the beginning of one, and Continue comes to the breakpoint again", async () => {
    await scene.play("go-to-iteration", async () => {
      const { driver } = scene;
      await driver.command("Gradient Debugger: Go to Iteration…");
      await driver.answer("2");
      await driver.topOfStack("beginning of iteration 2");
      await scene.status.filter({ hasText: "iteration 2" }).waitFor();
      await inIteration(2);
      await scene.screenshot("debug-go-to-iteration");
      await driver.button("continue").click();
      await driver.topOfStack("rnn[t=31] backward");
      await inIteration(3);
    });
  });

  test("a change after stepping back begins a new branch of history, and the console says so", async () => {
    await scene.play("branch", async () => {
      const { driver } = scene;
      await driver.command("Gradient Debugger: Go to Iteration…");
      await driver.answer("2");
      await driver.topOfStack("beginning of iteration 2");
      await driver.evaluate("optimizer.learningRate = 0.02");
      await driver.consoleRow(/new branch of history begins at iteration 2/).waitFor();
      await scene.screenshot("debug-branch");
    });
  });

  test("a data breakpoint is set from the variables view, and stops at the update that changes the weight", async () => {
    await scene.play("data-breakpoint", async () => {
      const { driver } = scene;
      await driver.unfold("Parameters");
      await driver.variable(/^head\.bias =/).click({ button: "right" });
      await driver.chooseFromMenu("Break on Value Change");
      await driver.page.locator(".debug-breakpoints .monaco-list-row", { hasText: "head.bias" }).first().waitFor();
      await driver.button("continue").click();
      await driver.topOfStack("head.bias update");
      await driver.callStack(/^epoch 1$/);
      await driver.variable(/^Parameters$/).waitFor();
      await scene.screenshot("debug-data-breakpoint");
      await driver.unfold("Parameters", false);
    });
  });

  test("an exception filter is a checkbox with a condition, and stops with what it found", async () => {
    await scene.play("exception-filter", async () => {
      const { driver } = scene;
      const { page } = driver;
      await driver.command("Remove All Breakpoints");
      const filter = page.locator(".debug-breakpoints .monaco-list-row", { hasText: "Exploding gradient" }).first();
      const box = filter.locator("input[type=checkbox], .monaco-custom-toggle").first();
      await box.click();
      await untilEqual(true, () => box.isChecked());
      await filter.click({ button: "right" });
      await driver.chooseFromMenu("Edit Condition");
      await page.locator(".debug-breakpoints .inputBoxContainer input").fill("norm > 0.01");
      await page.keyboard.press("Enter");
      await driver.button("continue").click();
      await page.locator(".exception-widget", { hasText: /norm/ }).waitFor();
      await driver.variable(/^Parameters$/).waitFor();
      await scene.screenshot("debug-exception-filter");
    });
  });
});
