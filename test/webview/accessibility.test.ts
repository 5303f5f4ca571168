// Accessibility of the whole page: axe-core with all its rules, every recorded state in every theme, wide and narrow.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { audit, themeNames } from "./audit.ts";
import { type InspectorBrowser, startBrowser } from "./browser.ts";
import { allPages, everyView } from "./everyView.ts";
import { scenes } from "./runs.ts";

/** As narrow as VS Code makes an editor, and as wide as a window. */
const widths = [300, 1200];
let browser: InspectorBrowser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.close());

for (const [name, { state, ...options }] of Object.entries(allPages)) {
  test(`axe-core finds nothing in the state "${name}", whatever the theme and the width`, async () => {
    const inspector = await browser.open(options);
    try {
      await inspector.show(state());
      const found: string[] = [];
      for (const width of widths) {
        await inspector.page.setViewportSize({ width, height: 900 });
        for (const theme of themeNames) {
          await inspector.setTheme(theme);
          found.push(...(await audit(inspector, theme)).map((text) => `${theme} ${width}: ${text}`));
        }
      }
      assert.deepEqual(found, []);
    } finally {
      await inspector.close();
    }
  });
}

test("axe-core finds nothing in an open menu, a folded panel and a panel that waits", async () => {
  const { state, ...options } = everyView.text;
  const inspector = await browser.open({ ...options, answers: {} });
  try {
    const { page } = inspector;
    await inspector.show(state());
    await page.locator('section[aria-label="Flow"] .fold').click();
    const time = page.locator('section[aria-label="Gradient through time"]');
    await time.locator(".head-wait-line").waitFor();
    await time.locator(".save").click();
    for (const theme of themeNames) {
      await inspector.setTheme(theme);
      assert.equal(await page.locator(".save-menu:visible").count(), 1);
      assert.deepEqual(await audit(inspector, theme), [], theme);
    }
  } finally {
    await inspector.close();
  }
});

test("the audit sees a button without a name and words that are too faint", async () => {
  const inspector = await browser.open();
  try {
    await inspector.show(scenes.running());
    await inspector.page.evaluate(`(() => {
      document.querySelector(".bar").append(document.createElement("button"));
      document.querySelector(".facts dt").style.color = "#444444";
    })()`);
    const found = (await audit(inspector, themeNames[0])).map((text) => text.split(" ")[0]);
    assert.deepEqual(new Set(found), new Set(["button-name", "color-contrast"]));
  } finally {
    await inspector.close();
  }
});
