// Kept runs: two trainings of different seeds are listed, opened, compared, exported, named, tagged and deleted.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parse } from "csv-parse/sync";
import type { Locator } from "playwright-core";
import { Scene, until } from "./scene.ts";

describe("kept runs", { concurrency: false }, () => {
  let scene: Scene;
  const kept = () => join(scene.folder, ".gradient-debugger/runs");
  const row = (text: string | RegExp): Locator =>
    scene.driver.page.locator(".sidebar .monaco-list-row", { hasText: text }).first();

  async function menu(text: string | RegExp, entry: string): Promise<void> {
    await row(text).click({ button: "right" });
    await scene.driver.chooseFromMenu(entry);
  }

  async function press(button: string): Promise<void> {
    await scene.driver.page.locator(".monaco-dialog-box .monaco-button", { hasText: button }).click();
  }

  before(async () => {
    scene = await Scene.open({ size: { width: 1500, height: 1000 } });
  });

  after(() => scene?.close());

  async function train(): Promise<void> {
    await scene.driver.command("Gradient Debugger: Train Model");
    await scene.probe("the start", ({ status }) => status === "running" || status === "finished");
    await scene.notification(/Trained IrisMLP: 400 iterations/).waitFor();
    await scene.driver.command("Notifications: Clear All Notifications");
  }

  test("two trainings of different seeds are in the list with their final loss", async () => {
    await scene.play("kept", async () => {
      const { driver } = scene;
      await scene.openModel("iris");
      await train();
      const file = join(scene.folder, "iris.model.ts");
      writeFileSync(file, readFileSync(file, "utf8").replace("seed: 6", "seed: 7"));
      await driver.lineWith("seed: 7").waitFor();
      await train();
      await driver.command("Gradient Debugger: Focus on Runs View");
      await driver.closePane("Inspector");
      for (const name of ["IrisMLP 1", "IrisMLP 2"]) await row(new RegExp(`${name}.*loss 0\\.\\d+`)).waitFor();
      await scene.screenshot("runs-view");
      assert.equal(readdirSync(kept()).filter((name) => name.endsWith(".gdrun")).length, 2);
      assert.ok(existsSync(join(kept(), ".gitignore")));
    });
  });

  test("a click shows a run as it was kept, and there is a way back", async () => {
    await scene.play("opened", async () => {
      await row("IrisMLP 1").click();
      const banner = scene.inspector(".kept-banner");
      await banner.filter({ hasText: "Kept run IrisMLP 1" }).waitFor();
      await scene.inspector(".fact").filter({ hasText: "Iteration" }).filter({ hasText: "400" }).first().waitFor();
      await scene.panel("Flow").locator(".flow-box").first().waitFor();
      await scene.screenshot("runs-kept");
      await banner.locator("button").click();
      await banner.waitFor({ state: "hidden" });
    });
  });

  test("two that are compared are drawn over the curves, and the panel says where they part", async () => {
    await scene.play("compared", async () => {
      await row("IrisMLP 1").click();
      await row("IrisMLP 2").click({ modifiers: ["ControlOrMeta"] });
      await menu("IrisMLP 2", "Compare Runs");
      const panel = scene.panel("Runs");
      const parting = panel.locator(".comparison-parting");
      await parting.filter({ hasText: "They part from the first iteration on: loss" }).waitFor();
      await parting
        .filter({ hasText: /They began with different weights: .* the first is hidden\.weight\./ })
        .waitFor();
      assert.match((await panel.locator(".setup-table tbody tr").first().textContent()) ?? "", /^seed67$/);
      assert.equal(await panel.locator(".run-box:checked").count(), 2);
      await panel.locator(".layers-picture").waitFor();
      await panel.scrollIntoViewIfNeeded();
      await scene.screenshot("runs-compared");
      const others = scene.panel("Curves").locator(".legend.others li");
      await others.nth(1).waitFor();
      await others.first().scrollIntoViewIfNeeded();
      await scene.screenshot("runs-overlaid");
    });
  });

  test("a run is exported as CSV, which is read again", async () => {
    await scene.play("exported", async () => {
      await menu("IrisMLP 1", "Export Run as CSV");
      const input = scene.driver.page.locator(".quick-input-widget input.input");
      await input.waitFor();
      await until("the proposed name", async () =>
        (await input.inputValue()).endsWith("IrisMLP-1.csv") ? true : null,
      );
      await scene.driver.page.keyboard.press("Enter");
      const file = join(scene.folder, "IrisMLP-1.csv");
      await until("the table", () => (existsSync(file) ? true : null));
      await scene.notification("Exported IrisMLP 1").waitFor();
      const rows: readonly Record<string, string>[] = parse(readFileSync(file), { columns: true });
      assert.equal(rows.length, 400);
      assert.equal(rows.filter(({ val_loss }) => val_loss !== "").length, 50, "one validation an epoch");
      const parameters: readonly Record<string, string>[] = parse(
        readFileSync(join(scene.folder, "IrisMLP-1-parameters.csv")),
        { columns: true },
      );
      assert.ok(parameters.some(({ parameter, iteration }) => parameter === "hidden.weight" && iteration === "1"));
      await scene.driver.command("Notifications: Clear All Notifications");
    });
  });

  test("a debug session is kept as a training is", async () => {
    await scene.play("debugged", async () => {
      await scene.driver.command("Gradient Debugger: Debug Training");
      await row(/IrisMLP 3.*loss 0\.\d+/).waitFor();
      await scene.driver.command("Gradient Debugger: Focus on Runs View");
    });
  });

  test("a run gets a name and tags, is deleted after a question, and the others stay", async () => {
    await scene.play("changed", async () => {
      const { driver } = scene;
      // Alone: a menu means all that are selected.
      await row("IrisMLP 1").click();
      await menu("IrisMLP 1", "Rename Run");
      await driver.answer("the first one");
      await row("the first one").waitFor();
      await menu("the first one", "Tag Runs");
      await driver.answer("baseline, paper");
      await row("#baseline · #paper").waitFor();
      await scene.screenshot("runs-tagged");

      await row("IrisMLP 2").click();
      await menu("IrisMLP 2", "Delete Runs");
      await press("Move to Trash");
      // The server has no trash; where there is one, the run is gone by now.
      const gone = row("IrisMLP 2").waitFor({ state: "detached" });
      const asked = driver.page.locator(".monaco-dialog-box", { hasText: "The trash could not be used" }).waitFor();
      const left = await Promise.race([gone.then(() => false), asked.then(() => true)]);
      if (left) await press("Delete Permanently");
      await gone;
      await asked.catch(() => {});
      await row("the first one").waitFor();
      assert.equal(readdirSync(kept()).filter((name) => name.endsWith(".gdrun")).length, 2);
    });
  });
});
