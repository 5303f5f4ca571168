// The inspector where people put it and with what they have: the side bar, a second window, a keyboard, a picture to take along.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { FrameLocator, Page } from "playwright-core";
import { Scene, until, untilEqual } from "./scene.ts";

describe("the inspector's manners", { concurrency: false }, () => {
  let scene: Scene;

  before(async () => {
    scene = await Scene.open({ settings: { "debug.internalConsoleOptions": "neverOpen" } });
  });

  after(() => scene?.close());

  test("stands in the side bar, 300 pixels wide, and a run that begins opens no second page", async () => {
    await scene.play("side-bar", async () => {
      const { driver } = scene;
      await scene.openModel("iris");
      await driver.command("Gradient Debugger: Focus on Inspector View");
      await scene.inspector(".welcome").waitFor();
      await scene.openModel("iris");
      await driver.command("Gradient Debugger: Train Model");
      await scene.inspector(".status-label").filter({ hasText: "Finished" }).waitFor();
      assert.equal(await driver.page.locator("iframe.webview.ready").count(), 1);
      const width = await scene.inspector("body").evaluate<number, unknown>("window.innerWidth");
      assert.ok(width <= 320, `the side bar gives it ${width} pixels`);
      await scene.panel("Parameters").scrollIntoViewIfNeeded();
      await scene.panel("Parameters").locator("tbody tr", { hasText: "hidden.weight" }).waitFor();
      await scene.screenshot("manners-side-bar-parameters");
      await scene.panel("Flow").scrollIntoViewIfNeeded();
      await scene.panel("Flow").locator("svg[data-picture]").waitFor();
      await scene.screenshot("manners-side-bar-flow");
      const tooWide = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
      assert.equal(await scene.inspector("body").evaluate<number, unknown>(tooWide), 0);
    });
  });

  test("saves a picture where the dialog says", async () => {
    await scene.play("picture", async () => {
      const { driver } = scene;
      for (const [format, file] of [
        ["SVG", "network.svg"],
        ["PNG", "network.png"],
      ] as const) {
        await scene.panel("Flow").locator(".save").click();
        await scene
          .panel("Flow")
          .getByRole("menuitem", { name: `network as ${format}` })
          .click();
        // The dialog of the server build is a quick input that holds the whole path.
        await until("the place that the dialog proposes", async () => {
          const input = driver.page.locator(".quick-input-widget input.input");
          return (await input.isVisible()) && (await input.inputValue()).endsWith(file) ? true : null;
        });
        await scene.screenshot(`manners-save-${format.toLowerCase()}`);
        await driver.page.locator(".quick-input-widget .monaco-button", { hasText: "OK" }).click();
        await scene
          .panel("Flow")
          .locator(".save-said", { hasText: /^saved$/ })
          .waitFor();
        await until(file, () => (existsSync(join(scene.folder, file)) ? true : null));
      }
      const svg = readFileSync(join(scene.folder, "network.svg"), "utf8");
      assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      assert.match(svg, />hidden</, "the names of the layers are text");
      assert.doesNotMatch(svg, /var\(|class=/, "nothing of the window's style sheet is left to look up");
      const png = readFileSync(join(scene.folder, "network.png"));
      assert.deepEqual([...png.subarray(1, 4)], [...Buffer.from("PNG")]);
    });
  });

  test("is walked through with the keyboard alone", async () => {
    await scene.play("keyboard", async () => {
      const { driver } = scene;
      const { keyboard } = driver.page;
      await driver.command("View: Toggle Primary Side Bar Visibility");
      await driver.page.locator("iframe.webview.ready").waitFor({ state: "hidden" });
      await driver.command("Gradient Debugger: Open Gradient Inspector");
      await scene.inspector(".model-name").filter({ hasText: "IrisMLP" }).waitFor();
      await keyboard.press("Control+2"); // the group of editors beside the code
      await scene.inspector("body").evaluate("window.focus()");
      await keyboard.press("Tab");
      await scene.inspector(".skip:focus").waitFor();
      await scene.screenshot("manners-keyboard-skip");
      await keyboard.press("Tab");
      await scene.inspector('.controls vscode-button:focus:has-text("Train")').waitFor();
      await keyboard.press("ArrowRight");
      await scene.inspector('.controls vscode-button:focus:has-text("Debug")').waitFor();
      await keyboard.press("Tab");
      await scene.inspector(".jump-to:focus").waitFor();
      await keyboard.press("End");
      await scene.inspector('.jump-to:focus:text-is("Parameters")').waitFor();
      await keyboard.press("Enter");
      const fold = scene.panel("Parameters").locator(".fold:focus");
      await fold.waitFor();
      await scene.screenshot("manners-keyboard-parameters");
      await keyboard.press("Enter");
      await scene.inspector('section.folded[aria-label="Parameters"]').waitFor();
      await keyboard.press("Enter");
      await scene.inspector('section:not(.folded)[aria-label="Parameters"]').waitFor();
    });
  });

  test("follows a run in a window of its own", async () => {
    await scene.play("second-window", async () => {
      const { driver } = scene;
      const opened = driver.page.context().waitForEvent("page");
      await driver.command("Gradient Debugger: Open Inspector in New Window");
      const window = await opened;
      const page = pageIn(window);
      await page.locator(".model-name").filter({ hasText: "IrisMLP" }).waitFor();
      await scene.openModel("spirals");
      await driver.command("Gradient Debugger: Train Model");
      await page.locator(".model-name").filter({ hasText: "Spiral" }).waitFor();
      await page.locator(".status-label").filter({ hasText: "Finished" }).waitFor();
      // The one beside the code shows the same run.
      await untilEqual(await page.locator(".fact").allTextContents(), () => scene.inspector(".fact").allTextContents());
      await window.screenshot({ path: join(import.meta.dirname, "../screenshots/manners-second-window.png") });
      await window.close();
    });
  });
});

/** The document inside the webview of a window. */
function pageIn(window: Page): FrameLocator {
  return window.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
}
