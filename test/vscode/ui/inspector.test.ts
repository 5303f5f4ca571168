// The inspector when it is hidden, reloaded, narrow, and in every kind of theme.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { findOverflow } from "../../webview/overflow.ts";
import { Scene, untilEqual } from "./scene.ts";

describe("the inspector", { concurrency: false }, () => {
  let scene: Scene;
  /** Words and numbers of the page, without those that follow the clock. */
  const contents = async () => ({
    facts: await scene.inspector(".fact").allTextContents(),
    layers: await scene.panel("Gradient by layer").locator("tbody").textContent(),
    parameters: await scene.panel("Parameters").locator(".parameters tbody").textContent(),
    logarithmic: await scene.panel("Loss").locator("vscode-checkbox").getAttribute("aria-checked"),
  });

  before(async () => {
    scene = await Scene.open({ settings: { "debug.internalConsoleOptions": "neverOpen" } });
  });

  after(() => scene?.close());

  test("keeps everything while its tab is hidden", async () => {
    await scene.play("hidden", async () => {
      const { driver } = scene;
      await scene.openModel("iris");
      await driver.command("Gradient Debugger: Train Model");
      await scene.inspector(".status-label").filter({ hasText: "Finished" }).waitFor();
      await scene.panel("Loss").locator("vscode-checkbox").click();
      await scene.panel("Gradient by layer").getByRole("button", { name: "output" }).click();
      await scene.panel("Loss").locator('vscode-checkbox[aria-checked="true"]').waitFor();
      await scene
        .panel("Parameters")
        .locator("tbody tr")
        .filter({ hasText: "hidden.weight" })
        .waitFor({ state: "hidden" });
      const before = await contents();
      assert.equal(before.logarithmic, "true");
      assert.match(before.parameters ?? "", /^output\.weight/, "narrowed to the chosen layer");

      const tab = driver.page.locator(".tab", { hasText: "Gradient Inspector" });
      await tab.click();
      await driver.openFile("README.md");
      await driver.page.locator("iframe.webview.ready").first().waitFor({ state: "hidden" });
      await tab.click();
      await scene.inspector(".model-name").filter({ hasText: "IrisMLP" }).waitFor();
      await scene.curve("Loss");
      await untilEqual(before, contents);
    });
  });

  test("shows the last run again after the window was reloaded, and takes the next one", async () => {
    await scene.play("reloaded", async () => {
      const { driver } = scene;
      const before = await contents();
      const loaded = driver.page.waitForEvent("load");
      await driver.command("Developer: Reload Window");
      await loaded;
      await scene.inspector(".status-label").filter({ hasText: "Finished" }).waitFor();
      await scene.curve("Loss");
      await untilEqual(before, contents);
      await scene.screenshot("inspector-after-reload");

      await driver.page.locator(".tab", { hasText: "iris.model.ts" }).click();
      await driver.page.locator(".editor-actions .codicon-debug-alt").first().waitFor();
      await scene.button("Train").click();
      await scene.probe("the next run", ({ status, iteration }) => status === "finished" && iteration === 400);
      await scene.inspector(".status-label").filter({ hasText: "Finished" }).waitFor();
    });
  });

  test("is readable in dark, light and both high-contrast themes, and fits a narrow column", async () => {
    await scene.play("themes", async () => {
      const { driver } = scene;
      const { page } = driver;
      await page.setViewportSize({ width: 1600, height: 1000 });
      await scene.openModel("moby-dick");
      await scene.pauseInBackward(20, 60);
      const themes = [
        ["Dark Modern", "vscode-dark"],
        ["Light Modern", "vscode-light"],
        ["Default High Contrast", "vscode-high-contrast"],
        ["Default High Contrast Light", "vscode-high-contrast-light"],
      ] as const;
      const drawn: number[] = [];
      for (const [theme, bodyClass] of themes) {
        scene.set({ "workbench.colorTheme": theme });
        await scene.inspector(`body.${bodyClass}`).waitFor();
        drawn.push(await scene.curve("Gradient through time"));
        await scene.curve("Loss", 300);
        for (const title of ["Loss", "Parameters"]) {
          await scene.panel(title).scrollIntoViewIfNeeded();
          await scene.screenshot(`theme-${bodyClass.slice("vscode-".length)}-${title.toLowerCase()}`);
        }
        await untilEqual([], () => overflowing(scene));
      }
      // A curve is drawn in each theme's own colour; the same pixels four times would be the colours of the first.
      assert.ok(drawn.every((pixels) => pixels > 100));

      scene.set({ "workbench.colorTheme": "Dark Modern" });
      await scene.inspector("body.vscode-dark").waitFor();
      for (const width of [1000, 760]) {
        await page.setViewportSize({ width, height: 1000 });
        await scene.curve("Gradient through time");
        for (const title of ["Loss", "Gradient through time", "Parameters"]) {
          await scene.panel(title).scrollIntoViewIfNeeded();
          await scene.screenshot(`narrow-${width}-${title.toLowerCase().replaceAll(" ", "-")}`);
        }
        await untilEqual([], () => overflowing(scene));
      }
    });
  });
});

function overflowing(scene: Scene): Promise<string[]> {
  return scene.inspector("body").evaluate<string[], unknown>(findOverflow);
}
