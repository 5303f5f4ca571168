// Sizes on the edges of the flow, and where the run is shown to stand, as the page draws them.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { charRnn, deep, residualCnn } from "../../runtime/inspect/flow/models.ts";
import { type InspectorBrowser, startBrowser } from "../browser.ts";
import { box, classesOf, noBox, section, seen, shot, strands, textOf, withFlow } from "./panel.ts";
import { decadesApart, flowOf, pausedAt, rowOf, showing } from "./runs.ts";

let browser: InspectorBrowser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.close());

describe("edges", () => {
  test("are as wide and as strong in colour as the logarithm of what flows in them", () =>
    withFlow(browser, showing(decadesApart), async (inspector) => {
      const gradients = await strands(inspector, "gradients");
      // four decades from 1.2 to 6 pixels
      assert.deepEqual(
        gradients.map(({ width }) => width),
        [1.2, 3.6, 6],
      );
      assert.equal(new Set(gradients.map(({ colour }) => colour)).size, 3);
      const values = await strands(inspector, "values");
      assert.equal(new Set(values.map(({ width }) => width)).size, 1, "the same values are the same width");
      const legend = await inspector.page.locator(`${section} .flow-legend li:visible`).allInnerTexts();
      const words = legend.map((text) => text.replaceAll(/\s+/g, " ").trim());
      assert.ok(words.includes("RMS of gradients ↑ 1e-4 1"), words.join("; "));
    }));

  test("say in words and numbers where the gradient is the largest and where the smallest", () =>
    withFlow(browser, showing(decadesApart), async (inspector) => {
      assert.equal(
        await textOf(inspector, ".flow-verdict"),
        "Gradient: largest 1.00 at layer2 → layer3, smallest 1.00e-4 at layer0 → layer1, 1.00e4× smaller.",
      );
      const labels = await inspector.page.locator(`${section} .flow-label`).allTextContents();
      assert.deepEqual(labels.sort(), ["max 1.00", "min 1.00e-4"]);
    }));

  test("that are zero, not known or no number look different, and not by colour alone", () => {
    const flow = rowOf([
      { value: 0, gradient: null },
      { value: 1, gradient: Number.NaN },
      { value: Number.POSITIVE_INFINITY, gradient: 0.5 },
    ]);
    return withFlow(browser, showing(flow), async (inspector) => {
      const values = await strands(inspector, "values");
      assert.deepEqual(
        values.map(({ classes }) => classes),
        ["strand values zero", "strand values size", "strand values broken"],
      );
      const marks = inspector.page.locator(`${section} .strand-mark:visible`);
      assert.equal(await marks.count(), 2, "a cross on each that is no number");
      assert.equal(
        await inspector.page.locator(`${section} .strand.gradients.nothing .strand-line:visible`).count(),
        0,
      );
      assert.equal(await textOf(inspector, ".flow-verdict"), "✕ Values are ∞ from layer2 → layer3 on.");
      const legend = (await inspector.page.locator(`${section} .flow-legend li:visible`).allInnerTexts()).join("; ");
      assert.match(legend, /exactly 0/);
      assert.match(legend, /NaN or ∞/);
      await inspector.page.locator(section).screenshot({ path: shot("broken-row") });
    });
  });

  test("show values, gradients or both", () =>
    withFlow(browser, showing(decadesApart), async (inspector) => {
      for (const [choice, values, gradients] of [
        ["values", 3, 0],
        ["gradients", 0, 3],
        ["both", 3, 3],
      ] as const) {
        const button = inspector.page.locator(section).getByRole("button", { name: choice, exact: true });
        await button.click();
        await inspector.settled();
        assert.equal(await button.getAttribute("aria-pressed"), "true");
        assert.deepEqual([await seen(inspector, "values"), await seen(inspector, "gradients")], [values, gradients]);
      }
    }));

  test("tell their numbers under the pointer", () =>
    withFlow(browser, showing(decadesApart), async (inspector) => {
      const { x, y, width, height } =
        (await inspector.page.locator(`${section} .flow-edge`).nth(1).boundingBox()) ?? noBox;
      await inspector.page.mouse.move(x + width / 2, y + height / 2);
      assert.equal(await textOf(inspector, ".flow-detail"), "layer1 → layer2: [16, 8], values 1.00, gradient 0.0100");
    }));
});

describe("a pause in the middle of backward", () => {
  test("lights the layer, and shows what backward has come to and what it has not", async () => {
    await withFlow(browser, await pausedAt(charRnn, "rnn[t=4] backward"), async (inspector) => {
      const rnn = box(inspector, "rnn, RNN");
      assert.equal(await rnn.getAttribute("aria-current"), "step");
      assert.equal(await inspector.page.locator(`${section} [aria-current]`).count(), 1);
      assert.match((await rnn.getAttribute("aria-label")) ?? "", /has run, backward is in it .*; the run stands here$/);
      assert.match(await classesOf(inspector, "rnn, RNN"), /forward-done backward-part current/);
      assert.match(await classesOf(inspector, "head, Linear"), /forward-done backward-done/);
      assert.match(await classesOf(inspector, "embed, Embedding"), /forward-done backward-none/);
      await inspector.page.locator(section).screenshot({ path: shot("rnn") });
    });
  });

  test("in a large network scrolls to where it stands, and the overview shows how far the gradient has come", async () => {
    await withFlow(browser, await pausedAt(deep, "net.20 backward"), async (inspector) => {
      const { page } = inspector;
      const canvas = (await page.locator(`${section} .flow-canvas`).boundingBox()) ?? noBox;
      const lit = (await page.locator(`${section} [aria-current=step]`).boundingBox()) ?? noBox;
      assert.ok(lit.y > canvas.y && lit.y + lit.height < canvas.y + canvas.height, "it is in sight");
      const bars = page.locator(`${section} .flow-overview-bar.gradients.size`);
      // 100 layers and the loss; those up to net.20 → net.21 have their gradient, and net.19 → net.20
      assert.equal(await bars.count(), 81);
      await page.locator(section).screenshot({ path: shot("deep") });
      const overview = (await page.locator(`${section} .flow-overview`).boundingBox()) ?? noBox;
      await page.mouse.click(overview.x + 20, overview.y + overview.height - 4);
      const top = await page
        .locator(`${section} .flow-canvas`)
        .evaluate((element) => element.scrollTop / (element.scrollHeight - element.clientHeight));
      assert.ok(top > 0.98, `a press at its lower end goes to the end, not to ${top}`);
    });
  });

  test("of an earlier place changes the numbers and not the drawing", async () => {
    const [first, second] = [
      await pausedAt(residualCnn, "blocks.1.second backward"),
      await pausedAt(residualCnn, "stem backward"),
    ];
    await withFlow(browser, first, async (inspector) => {
      await inspector.page.evaluate(`document.querySelector('${section} .flow-stage').marked = true`);
      const reached = () => inspector.page.locator(`${section} .strand.gradients.size`).count();
      const before = await reached();
      const { graph, values } = flowOf(second);
      assert.ok(values !== null);
      await inspector.send({
        type: "events",
        events: [
          { type: "flow", graph: { ...graph, id: flowOf(first).graph.id } },
          { type: "flowValues", values: { ...values, graph: flowOf(first).graph.id } },
        ],
      });
      await inspector.settled();
      assert.ok((await reached()) > before);
      assert.equal(await box(inspector, "stem, Conv2d").getAttribute("aria-current"), "step");
      assert.equal(await inspector.page.evaluate(`document.querySelector('${section} .flow-stage').marked`), true);
    });
  });
});
