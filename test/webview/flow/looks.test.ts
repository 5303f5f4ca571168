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

for (const theme of themeNames) {
  test(`in the theme ${theme} the flow fits from 300 pixels on and axe-core finds nothing`, async () => {
    const scenes: Readonly<Record<string, InspectorState>> = {
      rnn: await pausedAt(charRnn, "rnn[t=4] backward"),
      transformer: await pausedAt(transformer, "layers.1.norm1 backward"),
      broken: await pausedAt(broken, "first backward", 3),
      frozen: await pausedAt(lora, "head.lora_A update"),
    };
    const inspector = await browser.open({ theme });
    try {
      for (const [name, state] of Object.entries(scenes)) {
        await show(inspector, state);
        for (const width of [1100, 320, 300]) {
          await inspector.page.setViewportSize({ width, height: 900 });
          await inspector.settled();
          assert.deepEqual(await inspector.page.evaluate(stickingOut), [], `${name} at ${width}`);
          if (width !== 300)
            await inspector.page.locator(section).screenshot({ path: shot(`${name}-${theme}-${width}`) });
        }
        assert.deepEqual(await audit(inspector, theme, section), [], name);
        await inspector.page.setViewportSize({ width: 1100, height: 900 });
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
