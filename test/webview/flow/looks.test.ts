// The flow in every theme from narrow to wide: nothing sticks out, axe-core finds nothing, and there is a picture to look at.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";
import { broken, charRnn, lora, transformer } from "../../runtime/inspect/flow/models.ts";
import { audit, themeNames } from "../audit.ts";
import { type InspectorBrowser, startBrowser } from "../browser.ts";
import { section, shot, show } from "./panel.ts";
import { pausedAt } from "./runs.ts";

let browser: InspectorBrowser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.close());

const states: Readonly<Record<string, () => Promise<InspectorState>>> = {
  rnn: () => pausedAt(charRnn, "rnn[t=4] backward"),
  transformer: () => pausedAt(transformer, "layers.1.norm1 backward"),
  broken: () => pausedAt(broken, "first backward", 3),
  frozen: () => pausedAt(lora, "head.lora_A update"),
};

for (const [name, state] of Object.entries(states)) {
  test(`${name}: the flow fits from 300 pixels on, and axe-core finds nothing in any theme`, async () => {
    const inspector = await browser.open({ theme: themeNames[0] });
    try {
      const { page } = inspector;
      await show(inspector, await state());
      for (const width of [1100, 320, 300]) {
        await page.setViewportSize({ width, height: 900 });
        await inspector.settled();
        assert.deepEqual(await page.evaluate(stickingOut), [], `${name} at ${width}`);
        if (width === 320) await page.locator(section).screenshot({ path: shot(`${name}-${width}`) });
      }
      await page.setViewportSize({ width: 1100, height: 900 });
      for (const theme of themeNames) {
        await inspector.setTheme(theme);
        assert.deepEqual(await audit(inspector, theme, section), [], `${name} ${theme}`);
        await page.locator(section).screenshot({ path: shot(`${name}-${theme}`) });
      }
      assert.deepEqual(inspector.complaints, []);
    } finally {
      await inspector.close();
    }
  });
}

/** The picture itself may be wider and is scrolled; nothing else may. */
const stickingOut = `(() => {
  const width = document.documentElement.clientWidth;
  return [...document.querySelectorAll('${section}, ${section} *')]
    .filter((element) => element.closest(".flow-canvas > *, .flow-chain-box > *, .visually-hidden") === null)
    .filter((element) => element.getBoundingClientRect().right > width + 1)
    .map((element) => element.getAttribute("class"));
})()`;
