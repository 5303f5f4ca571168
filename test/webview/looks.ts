// The page in every theme and width: fits, is accessible, and leaves a screenshot to look at.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axeSource, type InspectorBrowser } from "./browser.ts";
import { scenes } from "./runs.ts";
import { type ThemeName, themes } from "./themes.ts";

const widths = [1100, 320];
const names = Object.keys(themes) as ThemeName[];
const shown = ["idle", "running", "pausedBackward", "pausedUpdate", "failed"] as const;

/** A page's problem that axe-core found. */
interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

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

    test(`in the theme ${theme} axe-core finds nothing serious`, async () => {
      const inspector = await browser().open({ theme });
      try {
        await inspector.page.evaluate(axeSource());
        for (const scene of shown) {
          await inspector.show(scenes[scene]());
          const findings = await inspector.page.evaluate<Finding[]>(`axe.run().then(({ violations }) => violations)`);
          const serious = findings.filter(({ impact }) => impact === "serious" || impact === "critical");
          const told = serious.flatMap(({ id, nodes }) =>
            nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
          );
          assert.deepEqual(told, [], scene);
        }
      } finally {
        await inspector.close();
      }
    });
  }
}

function checkWidths(browser: () => InspectorBrowser): void {
  test("every state fits the widths at which the layout changes", async () => {
    const inspector = await browser().open();
    try {
      for (const scene of Object.keys(scenes) as (keyof typeof scenes)[]) {
        await inspector.show(scenes[scene]());
        for (const width of [1600, 901, 861, 860, 601, 481, 300]) {
          await inspector.page.setViewportSize({ width, height: 900 });
          // Charts follow the size of their boxes a frame later.
          await inspector.page.evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))",
          );
          assert.deepEqual(await inspector.page.evaluate(findOverflow), [], `${scene} at ${width}`);
        }
      }
    } finally {
      await inspector.close();
    }
  });
}

/** Elements that stick out of the page, and texts that are cut off without an ellipsis. */
const findOverflow = `(() => {
  const width = document.documentElement.clientWidth;
  const found = [];
  if (document.documentElement.scrollWidth > width) found.push("the page is wider than the window");
  for (const element of document.querySelectorAll("#inspector *")) {
    if (element.closest(".visually-hidden, .katex-mathml, .katex .hide-tail, thead, .ticks, .controls, .jump") !== null) continue;
    const box = element.getBoundingClientRect();
    if (box.width > 0 && (box.right > width + 1 || box.left < -1)) found.push(element.className + " sticks out");
    const style = getComputedStyle(element);
    const cut = style.overflowX === "hidden" && element.scrollWidth > element.clientWidth + 1;
    if (cut && style.textOverflow !== "ellipsis") found.push(element.className + " is cut off");
  }
  return found;
})()`;
