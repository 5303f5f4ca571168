// A debug session as a user has it: a breakpoint by a click, F5, and the way through forward, loss, backward and update.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { DebugButton } from "../host/driver.ts";
import { Scene, untilEqual } from "./scene.ts";

/** Lines of moby-dick.model.ts. */
const line = { embed: 5, rnn: 6, x: 10, h: 11, head: 12, loss: 20 };

describe("Debug Training on Moby Dick", { concurrency: false }, () => {
  let scene: Scene;

  before(async () => {
    scene = await Scene.open({
      size: { width: 1600, height: 1100 },
      settings: { "debug.internalConsoleOptions": "neverOpen" },
    });
  });

  after(() => scene?.close());

  /** Presses a button of the debug toolbar and waits until the innermost row of the call stack reads so. */
  async function step(button: DebugButton, top: string): Promise<void> {
    await scene.driver.button(button).click();
    await scene.driver.topOfStack(top);
  }

  /** Waits until the inspector shows this place: what is lit, and the line of words below it. */
  async function position(phase: string, ...words: readonly string[]): Promise<void> {
    const current = scene.inspector('.phase[aria-current="step"] .phase-name');
    await current.filter({ hasText: phase }).waitFor();
    for (const word of words) await scene.inspector(".place").filter({ hasText: word }).waitFor();
  }

  test("a click in the gutter and F5: it stops in forward(), with the stack from the inside out", async () => {
    await scene.play("breakpoint", async () => {
      const { driver } = scene;
      await scene.openModel("moby-dick");
      await driver.clickGutter(line.h);
      await driver.page.locator(".codicon-debug-breakpoint").first().waitFor();
      await driver.page.keyboard.press("F5");
      await driver.stoppedAt(line.h);
      const [top, ...outer] = await driver.callStack(/^epoch 1$/);
      assert.match(top, /^rnn(\[t=0\])? forward$/);
      assert.deepEqual(outer, ["forward", "iteration 1", "epoch 1"]);
      await driver.page.locator(".debug-top-stack-frame-line").first().waitFor();
      await scene.status.filter({ hasText: "epoch 1 · iteration 1 · forward rnn" }).waitFor();
      await position("forward", "rnn", "moby-dick.model.ts:11");
    });
  });

  test("Step Into walks from timestep to timestep, and the variables are those of the pause", async () => {
    await scene.play("timesteps", async () => {
      const { driver } = scene;
      await driver.closePane("Watch"); // the variables need its room
      if (!(await driver.callStack(/^epoch 1$/))[0].includes("[t=0]")) await step("step-into", "rnn[t=0] forward");
      for (const t of [1, 2]) {
        await step("step-into", `rnn[t=${t}] forward`);
        await position("forward", `t = ${t} of 32`, "rnn step");
      }
      await driver.variable(/^x =\s*Tensor \[16, 32, 32\]\s+norm [\d.]+\s+mean -?[\d.e-]+ ± [\d.]+$/).waitFor();
      await driver.variable(/^tokens =\s*Tensor \[16, 32\]/).waitFor();
      await driver.unfold("Activations");
      await driver.variable(/^h_t =\s*Tensor \[16, 128\]/).waitFor();
      await driver.variable(/^h_\{t−1\} =\s*Tensor \[16, 128\]/).waitFor();
      await scene.screenshot("debug-forward-timestep");
      await driver.unfold("Activations", false);
    });
  });

  test("the hover over a tensor and over a layer shows the numbers of the pause", async () => {
    await scene.play("hover", async () => {
      const tensor = await scene.driver.hover("this.rnn.forward(x)", "x");
      assert.match(tensor, /tensor x, assigned in line 10/);
      assert.match(tensor, /\[16, 32, 32\]/);
      assert.match(tensor, /as of this pause in forward/);
      const layer = await scene.driver.hover("this.rnn.forward(x)", "rnn");
      assert.match(layer, /RNN rnn/);
      for (const part of ["rnn.weight_hh_l0", "[128, 128]", "gradient norm", "update ratio"]) {
        assert.ok(layer.includes(part), `${part} is not in ${layer}`);
      }
      await scene.screenshot("debug-hover-layer");
    });
  });

  test("Step Over goes on by whole layers, Step Out by phases", async () => {
    await scene.play("layers", async () => {
      const { driver } = scene;
      await step("step-over", "rnn forward");
      await step("step-over", "head forward");
      await driver.stoppedAt(line.head);
      await driver.variable(/^h =\s*Tensor \[16, 32, 128\]/).waitFor();
      await step("step-out", "end of forward");
      await step("step-out", "end of loss");
      await driver.stoppedAt(line.loss);
      await position("loss");
      // Nothing is learnt yet: about as good as guessing among 65 characters, ln 65 = 4.17.
      await driver.unfold("Run");
      await driver.variable(/^loss =\s*4\.[12]/).waitFor();
      await driver.unfold("Run", false);
    });
  });

  test("backward comes through the same line again, last timestep first, and its gradients are drawn", async () => {
    await scene.play("backward", async () => {
      const { driver } = scene;
      // The breakpoint is still there, and backward enters its line from below.
      await step("continue", "rnn[t=31] backward");
      await driver.stoppedAt(line.h);
      await position("backward", "t = 31 of 32");
      await driver.clickGutter(line.h);
      await driver.page.locator(".codicon-debug-breakpoint").first().waitFor({ state: "hidden" });
      for (let t = 30; t >= 20; t--) await step("step-into", `rnn[t=${t}] backward`);
      await position("backward", "t = 20 of 32");
      const time = scene.panel("Gradient through time");
      await time.locator("caption", { hasText: "32 timesteps, 12 reached by backward" }).waitFor({ state: "attached" });
      const pixels = await scene.curve("Gradient through time");
      await driver.unfold("Gradients");
      await driver.variable(/^∂L\/∂h_t =\s*Tensor \[16, 128\]\s+norm/).waitFor();
      await driver.variable(/^δ_t =\s*Tensor \[16, 128\]\s+norm/).waitFor();
      await time.scrollIntoViewIfNeeded();
      await scene.screenshot("debug-backward-timestep");
      await driver.unfold("Gradients", false);
      await scene.button("Step Over").click();
      await driver.topOfStack("rnn backward");
      await time.locator("caption", { hasText: "32 reached by backward" }).waitFor({ state: "attached" });
      assert.ok((await scene.curve("Gradient through time", pixels + 1)) > pixels, "all timesteps draw a longer curve");
    });
  });

  test("the inspector's own buttons step too, and the update fills the table of parameters", async () => {
    await scene.play("update", async () => {
      const { driver } = scene;
      await scene.button("Step Out").click();
      await driver.topOfStack("end of backward");
      await scene.button("Step Into").click();
      await driver.topOfStack("embed.weight update");
      await driver.stoppedAt(line.embed);
      await position("update", "embed.weight");
      await scene.button("Step Into").click();
      await driver.topOfStack("rnn.weight_ih_l0 update");
      await driver.stoppedAt(line.rnn);
      const row = (name: string) => scene.panel("Parameters").locator("tbody tr", { hasText: name });
      await scene.panel("Parameters").locator("tbody tr.current", { hasText: "rnn.weight_ih_l0" }).waitFor();
      await row("head.weight").filter({ hasText: "not computed yet" }).waitFor();
      await scene.button("Step Out").click();
      await driver.topOfStack("end of update");
      for (const name of ["embed.weight", "rnn.weight_hh_l0", "head.bias"]) {
        // Weight norm before and after, gradient norm, update norm, update ratio.
        const digits = row(name).locator(".digits");
        await untilEqual(5, async () => (await digits.allTextContents()).filter((text) => text !== "—").length);
        const cells = await digits.allTextContents();
        const numbers = cells.map(Number);
        assert.ok(
          numbers.every((value) => value > 0),
          `${name}: ${cells}`,
        );
        const [before, , , update, ratio] = numbers;
        assert.ok(Math.abs(update / before / ratio - 1) < 0.02, `${name}: ${update} / ${before} is not ${ratio}`);
      }
      await scene.panel("Parameters").scrollIntoViewIfNeeded();
      await driver.variable(/^this =\s*CharRNN/).waitFor();
      await scene.screenshot("debug-update");
    });
  });

  test("the debug console evaluates at the pause", async () => {
    await scene.play("console", async () => {
      const { page } = scene.driver;
      await scene.driver.evaluate("this.rnn.weight_hh_l0.grad.norm().item()");
      await page.locator(".repl .monaco-list-row", { hasText: /^0\.\d+$/ }).waitFor();
      await scene.screenshot("debug-console");
    });
  });

  test("Continue runs on, Pause stops anywhere, Stop ends the session", async () => {
    await scene.play("continue", async () => {
      const { driver } = scene;
      await scene.button("Continue").click();
      await scene.probe("a hundred iterations", ({ iteration }) => iteration >= 100);
      await scene.curve("Loss", 300);
      await scene.button("Pause").click();
      await scene.inspector(".status-label").filter({ hasText: "Paused" }).waitFor();
      await driver.button("continue").waitFor();
      const { iteration } = await scene.probe("the pause", ({ status }) => status === "paused");
      const [, ...outer] = await driver.callStack(/^epoch 1$/);
      assert.ok(
        outer.some((name) => /^iteration \d+$/.test(name)),
        `${outer}`,
      );
      assert.ok(iteration >= 100);
      await scene.button("Stop").click();
      await scene.probe("the end", ({ status }) => status === "finished");
      await driver.button("stop").waitFor({ state: "hidden" });
      await scene.inspector(".status-label").filter({ hasText: "Stopped" }).waitFor();
    });
  });
});
