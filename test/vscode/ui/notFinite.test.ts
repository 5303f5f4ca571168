// A training whose loss becomes infinite: the notification offers to debug it, and the session stops where it began.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Scene } from "./scene.ts";

/** In the seventh iteration p is 0. */
const source = `import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";

class Logs extends nn.Module {
  hidden = new nn.Linear(3, 8);
  output = new nn.Linear(8, 1);
  count = 0;

  forward(x: Tensor): Tensor {
    this.count++;
    const p = F.sigmoid(this.hidden.forward(x)).mul(this.count === 7 ? 0 : 1);
    const logs = p.log();
    return this.output.forward(logs);
  }
}

const input = Array.from({ length: 32 }, (_, i) => [Math.sin(i), Math.cos(i), i / 32]);

export default defineTraining({
  model: () => new Logs(),
  data: data.arrays({ input, target: input.map(([a]) => [a]) }, { batchSize: 8 }),
  loss: F.mseLoss,
  optimizer: (parameters) => optim.adam(parameters),
  epochs: 5,
});
`;
const lineOfLog = 11;

describe("a loss that becomes infinite without a debugger", { concurrency: false }, () => {
  let scene: Scene;

  before(async () => {
    scene = await Scene.open({ settings: { "debug.internalConsoleOptions": "neverOpen" } });
    writeFileSync(join(scene.folder, "logs.model.ts"), source);
  });

  after(() => scene?.close());

  test("Train Model says so and offers Debug from the Iteration Before, which stops at the operation", async () => {
    await scene.play("not-finite", async () => {
      const { driver } = scene;
      const { page } = driver;
      await scene.openModel("logs");
      await driver.command("Gradient Debugger: Train Model");
      const offer = scene.notification(/The loss of logs is not finite from iteration 7 on\./);
      await offer.waitFor();
      await scene.screenshot("not-finite-offer");
      await offer.getByRole("button", { name: "Debug from the Iteration Before" }).click();
      await page.locator(".exception-widget").waitFor();
      await driver.showDebugView();
      await driver.topOfStack("log forward");
      await driver.stoppedAt(lineOfLog);
      const stack = await driver.callStack(/^epoch 2$/);
      assert.ok(stack.includes("iteration 7"), `${stack}`);
      const widget = page.locator(".exception-widget");
      await widget.waitFor();
      const text = ((await widget.textContent()) ?? "").replaceAll("\u00a0", " ");
      assert.match(text, /log\(p\[0,0\] = 0\) = −∞/);
      assert.match(text, /began in log forward, sample 0 of the batch, logs\.model\.ts:11/);
      await scene.screenshot("not-finite-origin");
      await driver.button("step-back").click();
      await driver.topOfStack("mul forward");
      await driver.button("stop").click();
    });
  });
});
