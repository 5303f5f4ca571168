// What a click, two clicks and keys do in the picture of the flow: select, reveal, set a breakpoint, open and fold.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { charRnn, largeTransformer, lora, residualCnn } from "../../runtime/inspect/flow/models.ts";
import { type InspectorBrowser, startBrowser } from "../browser.ts";
import { box, chosenLayer, classesOf, noBox, question, section, sent, shot, show, textOf, withFlow } from "./panel.ts";
import { flowOf, pausedAt } from "./runs.ts";

let browser: InspectorBrowser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.close());

describe("layers", () => {
  test("that are frozen are marked, in words too, and no gradient is drawn into them", async () => {
    await withFlow(browser, await pausedAt(lora, "head.lora_A update"), async (inspector) => {
      assert.match(await classesOf(inspector, "base, Linear"), /frozen/);
      assert.doesNotMatch(await classesOf(inspector, "head, LoRALinear"), /frozen/);
      const subtitles = await inspector.page.locator(`${section} .flow-subtitle`).allTextContents();
      assert.ok(subtitles.includes("Linear · ❄ frozen"), subtitles.join("; "));
      assert.ok(subtitles.includes("LoRALinear · ❄ partly frozen"));
      assert.match((await box(inspector, "base, Linear").getAttribute("aria-label")) ?? "", /has no gradient, frozen/);
      await inspector.page.locator(section).screenshot({ path: shot("frozen") });
    });
  });

  test("are selected everywhere by a click, which reveals their line; “show all layers” takes it back", async () => {
    const state = await pausedAt(residualCnn, "stem backward");
    const { source } = flowOf(state).graph.nodes.find(({ layer }) => layer === "blocks.1.second") ?? { source: null };
    await withFlow(browser, state, async (inspector) => {
      await box(inspector, "blocks.1.second,").click();
      await inspector.settled();
      assert.deepEqual(
        (await sent(inspector, "reveal")).map(({ file, line }) => ({ file, line })),
        [source],
      );
      assert.equal(await chosenLayer(inspector), "blocks.1.second");
      assert.equal(await box(inspector, "blocks.1.second,").getAttribute("aria-pressed"), "true");
      assert.match(await classesOf(inspector, "blocks.1.second,"), /selected/);
      await inspector.page.locator(`${section} .flow-all`).click();
      await inspector.settled();
      assert.equal(await chosenLayer(inspector), null);
    });
  });

  test("get a breakpoint by a double click, without being selected twice, and lose it by another", async () => {
    await withFlow(browser, await pausedAt(residualCnn, "stem backward"), async (inspector) => {
      const stem = box(inspector, "stem, Conv2d");
      await stem.dblclick();
      const asked = await question(inspector, "toggleBreakpoint");
      const [revealed, ...more] = await sent(inspector, "reveal");
      assert.deepEqual(more, []);
      assert.deepEqual(asked.question.params, { file: revealed.file, line: revealed.line });
      await inspector.send({ type: "answer", id: asked.id, ok: true, value: { set: true } });
      await inspector.settled();
      assert.equal(await textOf(inspector, ".flow-said"), `● Breakpoint set at m.model.ts:${revealed.line}`);
      await stem.press("b");
      const again = await question(inspector, "toggleBreakpoint");
      assert.notEqual(again.id, asked.id);
      await inspector.send({ type: "answer", id: again.id, ok: true, value: { set: false } });
      await inspector.settled();
      assert.equal(await textOf(inspector, ".flow-said"), `○ Breakpoint removed from m.model.ts:${revealed.line}`);
      await stem.press("b");
      const third = await question(inspector, "toggleBreakpoint");
      await inspector.send({ type: "answer", id: third.id, ok: false, message: "the file is gone" });
      await inspector.settled();
      assert.match(await textOf(inspector, ".flow-said"), /^No breakpoint at m\.model\.ts:\d+: the file is gone$/);
    });
  });
});

describe("by keyboard", () => {
  test("one Tab goes into the picture, arrows to the neighbours, Enter selects, b sets a breakpoint, Tab goes out", async () => {
    await withFlow(browser, await pausedAt(residualCnn, "stem backward"), async (inspector) => {
      const { page } = inspector;
      const focused = () =>
        page.evaluate<string>(
          `document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent`,
        );
      await page.locator(section).getByRole("button", { name: "Larger" }).focus();
      // the button that saves the picture stands between them
      for (let i = 0; i < 4 && !(await focused()).startsWith("input"); i++) await page.keyboard.press("Tab");
      assert.match(await focused(), /^input/);
      await page.keyboard.press("ArrowDown");
      assert.match(await focused(), /^reshape/);
      await page.keyboard.press("ArrowDown");
      assert.match(await focused(), /^stem, Conv2d/);
      assert.match(
        await textOf(inspector, ".flow-detail"),
        /^stem, Conv2d: output \[4, 4, 6, 6\], values 0\.\d+, gradient /,
      );
      await page.keyboard.press("ArrowUp");
      assert.match(await focused(), /^reshape/);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await inspector.settled();
      assert.equal(await chosenLayer(inspector), "stem");
      await page.keyboard.press("b");
      await question(inspector, "toggleBreakpoint");
      await page.keyboard.press("Tab");
      assert.equal(
        await page.evaluate(`document.querySelector('${section} .flow-stage').contains(document.activeElement)`),
        false,
      );
      // back to where it was
      await page.keyboard.press("Shift+Tab");
      assert.match(await focused(), /^stem, Conv2d/);
    });
  });

  test("sideways goes to what stands beside", async () => {
    await withFlow(browser, await pausedAt(charRnn, "rnn[t=4] backward"), async (inspector) => {
      await box(inspector, "head, Linear").focus();
      await inspector.page.keyboard.press("ArrowRight");
      assert.match(
        await inspector.page.evaluate<string>(`document.activeElement.getAttribute("aria-label")`),
        /^target/,
      );
    });
  });
});

describe("a transformer of twelve layers", () => {
  test("is a row of boxes that open and fold; the choice and the focus stay", async () => {
    const state = await pausedAt(largeTransformer, "layers.11 backward");
    await withFlow(browser, state, async (inspector) => {
      const { page } = inspector;
      const boxes = page.locator(`${section} .flow-box-button`);
      const folded = await boxes.count();
      assert.ok(folded < 25, `${folded} boxes`);
      assert.equal(
        await box(inspector, "layers.11, TransformerEncoderLayer").getAttribute("aria-current"),
        "step",
        "the pause is inside",
      );
      await page.locator(section).screenshot({ path: shot("twelve") });
      await box(inspector, "layers.10, TransformerEncoderLayer").click();
      await inspector.settled();
      assert.equal(await boxes.count(), folded + 7, "eight parts for one box");
      const frame = page.locator(`${section} .flow-frame-button`);
      assert.equal(await frame.getAttribute("aria-label"), "layers.10 · TransformerEncoderLayer: fold");
      assert.equal(await frame.getAttribute("aria-expanded"), "true");
      const focused = () => page.evaluate<string>("document.activeElement.getAttribute('aria-label')");
      assert.match(await focused(), /^layers\.10 · TransformerEncoderLayer: fold/, "the focus stays with the group");
      const canvas = (await page.locator(`${section} .flow-canvas`).boundingBox()) ?? noBox;
      const top = (await frame.boundingBox())?.y ?? 0;
      assert.ok(top > canvas.y && top < canvas.y + canvas.height, "and it is in sight");
      await page.locator(section).screenshot({ path: shot("twelve-open") });
      const kept = await inspector.kept();
      await frame.click();
      await inspector.settled();
      assert.equal(await boxes.count(), folded);
      assert.match(await focused(), /^layers\.10, TransformerEncoderLayer:/);
      const again = await browser.open({ kept });
      await show(again, state);
      assert.equal(
        await again.page.locator(`${section} .flow-box-button`).count(),
        folded + 7,
        "after a reload it is still open",
      );
      await again.close();
    });
  });
});
