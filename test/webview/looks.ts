// The page in every state and width: nothing sticks out or is cut off.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { InspectorBrowser } from "./browser.ts";
import { allPages } from "./everyView.ts";
import { findOverflow } from "./overflow.ts";

/** Registers the test; the browser exists when it runs. */
export function checkLooks(browser: () => InspectorBrowser): void {
  test("every state fits the widths at which the layout changes", async () => {
    for (const [name, { state, ...options }] of Object.entries(allPages)) {
      const inspector = await browser().open(options);
      try {
        await inspector.show(state());
        for (const width of [2400, 901, 860, 601, 481, 300]) {
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
