// The page in every theme and width: nothing sticks out or is cut off, and a screenshot is left to look at.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { InspectorBrowser } from "./browser.ts";
import { allPages } from "./everyView.ts";
import { findOverflow } from "./overflow.ts";
import { scenes } from "./runs.ts";
import { type ThemeName, themes } from "./themes.ts";

const widths = [1100, 320];
const names = Object.keys(themes) as ThemeName[];
const shown = ["idle", "running", "pausedBackward", "pausedUpdate", "failed"] as const;

/** Registers the tests; the browser exists when they run. */
export function checkLooks(browser: () => InspectorBrowser): void {
  checkWidths(browser);
  for (const theme of names) {
    test(`in the theme ${theme} every state fits every width`, async () => {
      const inspector = await browser().open({ theme });
      try {
        for (const scene of shown) {
          await inspector.show(scenes[scene]());
          for (const width of widths) {
            await inspector.page.setViewportSize({ width, height: 900 });
            await inspector.settled();
            const name = `${scene}-${theme}-${width}`;
            assert.deepEqual(await inspector.page.evaluate(findOverflow), [], name);
            await inspector.screenshot(name);
          }
        }
        assert.deepEqual(inspector.complaints, []);
      } finally {
        await inspector.close();
      }
    });
  }
}

function checkWidths(browser: () => InspectorBrowser): void {
  test("every state fits the widths at which the layout changes", async () => {
    for (const [name, { state, ...options }] of Object.entries(allPages)) {
      const inspector = await browser().open(options);
      try {
        await inspector.show(state());
        for (const width of [2400, 1600, 901, 861, 860, 601, 481, 300]) {
          await inspector.page.setViewportSize({ width, height: 900 });
          // Charts follow the size of their boxes a frame later.
          await inspector.page.evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))",
          );
          assert.deepEqual(await inspector.page.evaluate(findOverflow), [], `${name} at ${width}`);
        }
      } finally {
        await inspector.close();
      }
    }
  });
}
