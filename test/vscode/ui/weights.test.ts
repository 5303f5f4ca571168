// Weights and updates, and the equation, at a pause in the update phase: the table, the picture of a tensor, the way from a symbol to it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Scene, until } from "./scene.ts";

describe("weights and updates", { concurrency: false }, () => {
  let scene: Scene;
  const name = "rnn.weight_hh_l0";
  const weights = () => scene.panel("Parameters");
  const equation = () => scene.panel("Equation");

  /** The first element of the tensor that is shown, once it is of this part. */
  const element = (part: string) =>
    until(`${part} of ${name}`, async () => {
      const shown = await weights().locator("canvas[data-picture]").getAttribute("data-picture");
      if (shown !== `${name}-${part}`) return null;
      const [, value] =
        /^\[0, 0\] = (.+)$/.exec((await weights().locator(".weights-readout").textContent()) ?? "") ?? [];
      return value === undefined ? null : Number(value.replace("−", "-"));
    });

  before(async () => {
    scene = await Scene.open({
      // so wide that the inspector has room for the table
      size: { width: 2300, height: 1200 },
      settings: { "debug.internalConsoleOptions": "neverOpen" },
    });
  });

  after(() => scene?.close());

  test("the table of parameters sorts, filters, and says what the update has changed so far", async () => {
    await scene.play("weights-table", async () => {
      const { driver } = scene;
      await scene.openModel("moby-dick");
      await scene.pauseInBackward(30, 40);
      await scene.button("Step Out").click();
      await driver.topOfStack("end of backward");
      for (const updated of ["embed.weight", "rnn.weight_ih_l0", name]) {
        await scene.button("Step Into").click();
        await driver.topOfStack(`${updated} update`);
      }
      await weights().locator("tr.current", { hasText: name }).waitFor();
      await weights().scrollIntoViewIfNeeded();
      const head = weights().locator("thead th", { hasText: "Gradient norm" });
      await head.locator("button").click();
      await weights().locator('th[aria-sort="descending"]', { hasText: "Gradient norm" }).waitFor();
      const norms = await weights().locator("tbody .parameter-gradient .digits").allTextContents();
      assert.equal(norms.length, 7);
      assert.deepEqual(
        norms.map(Number),
        norms.map(Number).sort((a, b) => b - a),
      );
      await weights().locator(".weights-filter").fill("*weight*");
      await weights().locator(".weights-count", { hasText: "4 of 7" }).waitFor();
      await weights().locator(`tr[data-parameter="${name}"]`).click();
      await weights().locator("tr.asked", { hasText: name }).waitFor();
      await scene.screenshot("weights-table");
    });
  });

  test("the tensor is shown before, as gradient, as update and after, and the numbers belong together", async () => {
    await scene.play("weights-picture", async () => {
      const shown = new Map<string, number>();
      for (const part of ["before", "gradient", "update", "after"]) {
        await weights().locator(`.weights-part[data-part="${part}"]`).click();
        shown.set(part, await element(part));
        await weights().locator(".weights-heatmap").scrollIntoViewIfNeeded();
        await scene.screenshot(`weights-${part}`);
      }
      const of = (part: string) => shown.get(part) ?? Number.NaN;
      assert.notEqual(of("gradient"), 0);
      const error = of("after") - of("before") - of("update");
      // the update is computed in double precision from two float32
      assert.ok(Math.abs(error) <= 1e-7 * Math.abs(of("after")) + 1e-12, `${[...shown]}`);
      assert.ok((await weights().locator(".extreme").count()) === 10);
    });
  });

  test("a symbol of the equation leads to its tensor", async () => {
    await scene.play("weights-symbol", async () => {
      await equation().scrollIntoViewIfNeeded();
      assert.equal(await equation().locator(".katex-error").count(), 0);
      await scene.screenshot("weights-equation");
      await equation().locator(".equation-letters [data-symbol]", { hasText: "m" }).first().click();
      await weights().locator(".weights-title", { hasText: /^m$/ }).waitFor();
      await weights().locator('canvas[data-picture="m-after"]').waitFor();
      await until("the tensor in view", async () => {
        const box = await weights().locator(".weights-tensor").boundingBox();
        return box !== null && box.y > 0 && box.y < 1000 ? box : null;
      });
      await scene.screenshot("weights-symbol");
    });
  });

  test("while training goes on, the picture of a parameter follows it", async () => {
    await scene.play("weights-running", async () => {
      const { driver } = scene;
      await weights().locator(`tr[data-parameter="${name}"]`).click();
      await weights().locator('.weights-part[data-part="update"]').click();
      await element("update");
      await driver.command("Remove All Breakpoints");
      await driver.button("continue").click();
      await scene.inspector(".status-label").filter({ hasText: "Running" }).waitFor();
      await weights().locator(".weights-tensor").scrollIntoViewIfNeeded();
      const iteration = async () => {
        const about = (await weights().locator(".weights-head .section-note").textContent()) ?? "";
        return Number(/iteration ([\d,]+)/.exec(about)?.[1].replaceAll(",", "") ?? 0);
      };
      const first = await iteration();
      const second = await until("a newer picture", async () => ((await iteration()) > first ? iteration() : null));
      await until("one newer still", async () => ((await iteration()) > second ? true : null));
      await scene.screenshot("weights-running");
    });
  });
});
