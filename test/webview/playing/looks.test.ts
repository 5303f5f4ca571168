// Every picture of the model at play in every theme: fits 300 pixels, and axe-core finds nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { audit, themeNames } from "../audit.ts";
import { pages } from "../pages.ts";
import { digitTables, irisTable, manyClasses, text } from "./runs.ts";
import { fourClasses, twoClasses } from "./surfaces.ts";

const withPage = pages();

const everything = {
  surface: twoClasses,
  classes: fourClasses,
  text,
  digits: digitTables,
  flowers: irisTable,
  many: manyClasses,
};

for (const [name, state] of Object.entries(everything)) {
  test(`${name}: fits 300 pixels, and axe-core finds nothing in any theme`, () =>
    withPage({ theme: themeNames[0] }, async (inspector) => {
      const { page } = inspector;
      await inspector.show(state);
      const section = page.locator("section.playing:visible");
      for (const width of [1100, 320, 300]) {
        await page.setViewportSize({ width, height: 900 });
        await section.scrollIntoViewIfNeeded();
        await inspector.settled();
        assert.deepEqual(await page.evaluate(sticksOut), [], `${name} at ${width}`);
        const path = `test/webview/screenshots/playing-${name}-${width}.png`;
        if (width === 320) await section.screenshot({ path });
      }
      await page.setViewportSize({ width: 1100, height: 900 });
      for (const theme of themeNames) {
        await inspector.setTheme(theme);
        assert.deepEqual(await audit(inspector, theme, "section.playing"), [], `${name} ${theme}`);
        await section.screenshot({ path: `test/webview/screenshots/playing-${name}-${theme}.png` });
      }
    }));
}

const sticksOut = `[...document.querySelectorAll("section.playing *")]
  .filter((e) => e.closest(".visually-hidden, .confusion") === null && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((e) => e.className)`;
