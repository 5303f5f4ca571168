// The panel of kept runs in Chromium: the list, what is drawn over the curves, two runs side by side, and a kept run shown.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { RunComparison } from "../../src/protocol/inspector/runs.ts";
import { audit, themeNames } from "./audit.ts";
import { type Inspector, type InspectorBrowser, type OpenOptions, startBrowser } from "./browser.ts";
import { list, now, parted, same } from "./keptRuns.ts";
import { KeptRunsWindow } from "./keptRunsWindow.ts";
import { scenes } from "./runs.ts";

let browser: InspectorBrowser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.close());

const section = 'section[aria-label="Runs"]';

/** A page with a run in it, whose questions about kept runs are answered; afterwards it has complained of nothing. */
async function withRuns(
  options: OpenOptions,
  run: (inspector: Inspector, window: KeptRunsWindow) => Promise<void>,
  comparison: RunComparison = parted,
): Promise<void> {
  const inspector = await browser.open(options);
  const window = new KeptRunsWindow(inspector, comparison);
  try {
    await inspector.show(scenes.running());
    await window.answer();
    await inspector.page.locator(section).scrollIntoViewIfNeeded();
    await window.answer();
    await run(inspector, window);
    assert.deepEqual(inspector.complaints, []);
  } finally {
    await inspector.close();
  }
}

const box = (inspector: Inspector, id: string) => inspector.page.locator(`${section} tr[data-run="${id}"] .run-box`);

/** As a reader sees it, with line ends between cells and paragraphs. */
async function text(inspector: Inspector, selector: string): Promise<string> {
  return (await inspector.page.locator(selector).allInnerTexts()).join("\n");
}

const inPanel = (inspector: Inspector, selector: string) => text(inspector, `${section} ${selector}`);

async function choose(inspector: Inspector, window: KeptRunsWindow, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await box(inspector, id).click();
    await window.answer();
  }
}

test("the newest runs are listed with name, tags, state, set-up, loss and time; the others on demand", () =>
  withRuns({}, async (inspector, window) => {
    const rows = inspector.page.locator(`${section} tbody tr[data-run]`);
    assert.equal(await rows.count(), 6);
    const [running, tagged, failed, stopped, interrupted] = await rows.allInnerTexts();
    assert.match(running, /CharRNN 9\s+▶\s*running\s*412 it\.\s+adam · lr 0\.002 · seed 49\s+2\.31\s+just now/);
    assert.match(tagged, /longer name that somebody gave it\s*#baseline #paper/);
    assert.match(failed, /✕\s*failed\s*31 it\..*NaN/s);
    assert.match(stopped, /■\s*stopped/);
    assert.match(interrupted, /⚠ Read as far as it is whole: the last record is torn, after 48,211 of 48,900 bytes/);
    assert.match(interrupted, /4 hr\. ago/);
    assert.match(await inPanel(inspector, ".section-note"), /^8 kept runs$/);
    await inspector.page.locator(`${section} .runs-more`, { hasText: "All 8 runs" }).click();
    await window.answer();
    assert.equal(await rows.count(), 8);
    assert.match((await rows.allInnerTexts())[7], /broken.*damaged after 8 of 500 bytes.*interrupted.*—/s);
    await inspector.page.locator(section).screenshot({ path: "test/webview/screenshots/runs-list.png" });
  }));

test("a run that is chosen is drawn over the curves in the look that its row has; two are compared", () =>
  withRuns({}, async (inspector, window) => {
    await choose(inspector, window, "run-4");
    const [asked] = await window.asked("runCurves");
    assert.deepEqual(asked.question.params, { ids: ["run-4"] });
    const look = (selector: string) =>
      inspector.page.evaluate<string[]>(
        `["stroke", "stroke-dasharray"].map((name) => document.querySelector('${selector} line').getAttribute(name))`,
      );
    const legend = 'section[aria-label="Curves"] .legend.others';
    const [colour, dash] = await look(legend);
    assert.match(`${colour} ${dash}`, /^color-mix.* \d+ \d+$/);
    assert.deepEqual(await look(`${section} tr[data-run="run-4"]`), [colour, dash]);
    assert.deepEqual(await window.asked("compareRuns"), []);
    assert.match(await inPanel(inspector, ".section-note"), /1 over the curves/);

    await choose(inspector, window, "run-9");
    const [compared] = await window.asked("compareRuns");
    assert.deepEqual(compared.question.params, { a: "run-4", b: "run-9", iteration: null });
    assert.equal(await inPanel(inspector, 'tr[data-run="run-4"] .run-letter'), "A");
    assert.equal(await inPanel(inspector, 'tr[data-run="run-9"] .run-letter'), "B");
    await inspector.page.locator(section).screenshot({ path: "test/webview/screenshots/runs-compared.png" });

    await inspector.page.locator(`${section} .runs-clear`).click();
    await window.answer();
    assert.equal(await inspector.page.locator(`${section} .comparison`).isVisible(), false);
    assert.deepEqual(await inspector.page.locator(`${section} .run-box:checked`).count(), 0);
  }));

test("the comparison says where the runs part, in which layer, and what was set up differently", () =>
  withRuns({}, async (inspector, window) => {
    await choose(inspector, window, "run-4", "run-9");
    const [losses, layers] = await inspector.page.locator(`${section} .comparison-parting`).allInnerTexts();
    assert.equal(
      losses,
      "They part at iteration 4: loss 3.121234 in A, 3.121235 in B. By more than 1 % they differ from iteration 24 on.",
    );
    assert.equal(
      layers,
      "The first layer to part is rnn (rnn.weight_hh_l0), at iteration 3 in its gradient: 3 of 7 parameters differ. At iteration 2 everything was the same.",
    );
    assert.match(await inPanel(inspector, ".setup-table"), /seed\s+44\s+49/);
    const words = await inspector.page.locator(`${section} .strip-word`).allTextContents();
    assert.deepEqual(words, ["the same", "within 1 %", "more than 1 % apart"]);
  }));

test("layers stand side by side on one scale, with a factor, a word for what has no place, and a table behind", () =>
  withRuns({}, async (inspector, window) => {
    await choose(inspector, window, "run-4", "run-9");
    const factors = await inspector.page.locator(`${section} .pair-factor`).allTextContents();
    // weight norm: only the rnn; gradient norm: 0.3 / 0.021, 0.6 / 0.52 and what has no factor; update ratio
    assert.deepEqual(factors, ["×1.4", "×14", "×1.2", "A is 0", "B only", "B NaN", "×10", "×8.2", "A is 0", "B only"]);
    const rows = inspector.page.locator(`${section} .comparison .visually-hidden tbody tr`);
    assert.equal(await rows.count(), 5);
    assert.deepEqual(await rows.nth(0).locator("td").allTextContents(), [
      "embed",
      "45.1",
      "45.3",
      "0.0210",
      "0.300",
      "4.00e-4",
      "0.00400",
    ]);
    assert.deepEqual(await rows.nth(3).locator("td").allTextContents(), [
      "norm",
      "8.00",
      "8.00",
      "—",
      "0.200",
      "—",
      "0.00100",
    ]);
    const label = await inspector.page.locator(`${section} .layers-picture`).getAttribute("aria-label");
    assert.match(label ?? "", /Layers of CharRNN 4 and CharRNN 9 side by side/);
  }));

test("another iteration is chosen by the keyboard, and survives the page", () =>
  withRuns({}, async (inspector, window) => {
    await choose(inspector, window, "run-4", "run-9");
    const slider = inspector.page.locator(`${section} .comparison-slider`);
    await slider.focus();
    await slider.press("Home");
    await window.answer();
    const asked = await window.asked("compareRuns");
    assert.deepEqual(asked.at(-1)?.question.params, { a: "run-4", b: "run-9", iteration: 1 });
    assert.match(await inPanel(inspector, ".comparison-iteration"), /iteration 1$/);
    const kept = await inspector.kept();

    const again = await browser.open({ kept });
    const other = new KeptRunsWindow(again, parted);
    await again.show(scenes.running());
    await other.answer();
    assert.deepEqual((await other.asked("compareRuns")).at(-1)?.question.params, {
      a: "run-4",
      b: "run-9",
      iteration: 1,
    });
    await again.close();
  }));

test("equal runs are said to be equal", () =>
  withRuns(
    {},
    async (inspector, window) => {
      await choose(inspector, window, "run-4", "run-9");
      const [losses, layers] = await inspector.page.locator(`${section} .comparison-parting`).allInnerTexts();
      assert.match(losses, /the same, to the last bit, in all 3 iterations/);
      assert.match(layers, /no iteration at which both kept/);
      assert.match(await inPanel(inspector, ".setup-place"), /set up in the same way/);
      assert.deepEqual(await inspector.page.locator(`${section} .strip-word`).allTextContents(), ["the same"]);
    },
    same(),
  ));

test("news of the runs make the page ask again, and what the window chooses is chosen", () =>
  withRuns({}, async (inspector, window) => {
    window.runs = list.slice(1);
    await inspector.send({ type: "keptRuns", overlay: ["run-4", "run-3"] });
    await window.answer();
    assert.equal((await window.asked("runs")).length, 2);
    assert.equal(await box(inspector, "run-9").count(), 0);
    assert.deepEqual((await window.asked("compareRuns")).at(-1)?.question.params.b, "run-3");
    // chosen runs are listed, however old
    assert.equal(await box(inspector, "run-3").isChecked(), true);
    const seen = `document.querySelector('${section}').getBoundingClientRect().top < innerHeight`;
    assert.equal(await inspector.page.evaluate<boolean>(seen), true);
  }));

test("a click on a name asks to see the run; the page then says that it is kept, and leads back", () =>
  withRuns({}, async (inspector, window) => {
    await inspector.page.locator(`${section} .run-link`, { hasText: "CharRNN 4" }).click();
    await window.answer();
    assert.deepEqual((await window.asked("showRun")).at(-1)?.question.params, { id: "run-4" });
    await inspector.show({
      ...scenes.running(),
      status: { kind: "idle" },
      kept: { id: "run-4", name: "CharRNN 4", started: now },
    });
    await window.answer();
    const banner = inspector.page.locator(".kept-banner");
    assert.match(await text(inspector, ".kept-banner"), /Kept run CharRNN 4 of .*: to be looked at, not gone through/);
    assert.equal(await inspector.page.locator(".notice.last").isVisible(), false);
    assert.equal(await inspector.page.locator(`${section} tr[aria-current] .run-link`).textContent(), "CharRNN 4");
    await inspector.screenshot("runs-kept");
    await banner.locator("button").click();
    await window.answer();
    assert.deepEqual((await window.asked("showRun")).at(-1)?.question.params, { id: null });
  }));

test("where no run is kept the panel says so; what cannot be read is said too", () =>
  withRuns({}, async (inspector, window) => {
    window.runs = [];
    await inspector.send({ type: "keptRuns", overlay: null });
    await window.answer();
    assert.match(await inPanel(inspector, ".empty"), /No run has been kept/);
    await inspector.send({ type: "keptRuns", overlay: null });
    await inspector.settled();
    const id = (await window.asked("runs")).at(-1)?.id ?? 0;
    await inspector.send({ type: "answer", id, ok: false, message: "EACCES: permission denied" });
    await inspector.settled();
    assert.match(await inPanel(inspector, ".runs-message"), /could not be listed: EACCES/);
  }));

for (const theme of themeNames) {
  test(`in the theme ${theme} it fits 300 pixels and axe-core finds nothing`, () =>
    withRuns({ theme, width: 1100 }, async (inspector, window) => {
      await choose(inspector, window, "run-4", "run-9");
      for (const width of [1500, 1100, 860, 481, 320, 300]) {
        await inspector.page.setViewportSize({ width, height: 900 });
        await inspector.settled();
        assert.deepEqual(await inspector.page.evaluate<string[]>(sticksOut), [], `${width}`);
        const shot = `test/webview/screenshots/runs-${theme}-${width}.png`;
        if (width === 1100 || width === 320) await inspector.page.locator(section).screenshot({ path: shot });
      }
      assert.deepEqual(await audit(inspector, theme, section), []);
    }));
}

const sticksOut = `[...document.querySelectorAll('${section} *')]
  .filter((e) => e.closest(".visually-hidden, thead") === null && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((e) => e.getAttribute("class") + " " + e.textContent)`;
