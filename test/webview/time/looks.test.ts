// The view of time in every theme and width, and with hundreds of timesteps.
import assert from "node:assert/strict";
import { test } from "node:test";
import { audit, themeNames } from "../audit.ts";
import { pages } from "../pages.ts";
import { answer, section, show } from "./page.ts";
import { bidirectional, chainOf, characters, long, sequenceOf } from "./runs.ts";

const withPage = pages();

test("512 timesteps stay readable: a pixel at least for each, numbers thinned, scrolled and zoomed into", () =>
  withPage({ width: 420 }, async (inspector) => {
    await show(inspector, long);
    await answer(inspector, "sequence", sequenceOf(characters(512)));
    const surface = inspector.page.locator(`${section} .time-surface`);
    const wide = () =>
      inspector.page.evaluate<number>(`document.querySelector('${section} .time-surface').scrollWidth`);
    const [box, width] = [await surface.boundingBox(), await wide()];
    assert.ok(box !== null && width > 512 && width > box.width, `${width} pixels to scroll over in ${box?.width}`);
    await surface.focus();
    await surface.press("End");
    await inspector.settled();
    assert.match((await surface.getAttribute("aria-valuetext")) ?? "", /^t = 511 · input/);
    await inspector.screenshot("time-long");
    for (let i = 0; i < 6; i++) await surface.press("+");
    await inspector.settled();
    assert.ok((await wide()) > 6 * width);
    // the timestep that the keyboard is at is still in sight: the last, so at the end of what is scrolled over
    const rest = await inspector.page.evaluate<number>(
      `(() => { const s = document.querySelector('${section} .time-surface'); return s.scrollWidth - s.clientWidth - s.scrollLeft; })()`,
    );
    assert.ok(rest < 30, `${rest} pixels to the end`);
    await inspector.screenshot("time-long-zoomed");
    await surface.press("0");
    await inspector.settled();
    assert.ok(Math.abs((await wide()) - width) < 2);
  }));

for (const theme of themeNames) {
  test(`in the theme ${theme} it fits 300 pixels and axe-core finds nothing`, () =>
    withPage({ theme, width: 1100 }, async (inspector) => {
      await show(inspector, bidirectional);
      await answer(inspector, "sequence", sequenceOf(characters(24)));
      await inspector.page.locator(`${section} .time-button`, { hasText: "How far back" }).click();
      await answer(
        inspector,
        "chain",
        chainOf("rnn", ["l0", "l0_reverse", "l1", "l1_reverse"], 24, ["i", "f", "g", "o"]),
      );
      for (const width of [1100, 320, 300]) {
        await inspector.page.setViewportSize({ width, height: 900 });
        await inspector.settled();
        const out = await inspector.page.evaluate<string[]>(sticksOut);
        assert.deepEqual(out, [], `${width}`);
        const shot = `test/webview/screenshots/time-${theme}-${width}.png`;
        if (width !== 300) await inspector.page.locator(section).screenshot({ path: shot });
      }
      assert.deepEqual(await audit(inspector, theme, section), []);
    }));
}

const sticksOut = `[...document.querySelectorAll('${section} *')]
  .filter((e) => e.closest(".visually-hidden") === null && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((e) => e.className)`;
