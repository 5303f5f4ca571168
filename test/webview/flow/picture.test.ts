// The picture of the flow as a whole: zoomed, unrolled, as a table, empty, broken, and at rest.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { broken, charRnn, shared, transformer } from "../../runtime/inspect/flow/models.ts";
import { type Inspector, type InspectorBrowser, startBrowser } from "../browser.ts";
import { box, section, shot, show, strands, textOf, withFlow } from "./panel.ts";
import { decadesApart, flowOf, pausedAt, showing } from "./runs.ts";

let browser: InspectorBrowser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.close());

describe("the picture", () => {
  test("is zoomed, and stays so", async () => {
    const state = await pausedAt(transformer, "head backward");
    let kept: unknown;
    const widthOf = async ({ page }: Inspector) =>
      (await page.locator(`${section} .flow-box-button`).first().boundingBox())?.width ?? 0;
    let larger = 0;
    await withFlow(browser, state, async (inspector) => {
      const before = await widthOf(inspector);
      const button = (name: string) => inspector.page.locator(section).getByRole("button", { name });
      await button("Larger").click();
      await button("Larger").click();
      await inspector.settled();
      larger = await widthOf(inspector);
      assert.ok(Math.abs(larger / before - 1.25 ** 2) < 0.02, `${before} → ${larger}`);
      kept = await inspector.kept();
    });
    await withFlow(browser, state, async (inspector) => assert.ok(Math.abs((await widthOf(inspector)) - larger) < 1), {
      kept,
    });
  });

  test("comes to rest at every width: what it shows depends on the width alone", async () => {
    await withFlow(browser, await pausedAt(shared, "head backward"), async (inspector) => {
      const { page } = inspector;
      const place = () =>
        page.evaluate<string>(`(() => {
          const { width, height } = document.querySelector('${section} .flow-stage').getBoundingClientRect();
          return [width, height, document.querySelector('${section} .flow-overview').hidden].join();
        })()`);
      for (let width = 300; width <= 720; width += 30) {
        await page.setViewportSize({ width, height: 900 });
        await inspector.settled();
        const before = await place();
        await page.evaluate("new Promise((done) => setTimeout(done, 150))");
        assert.equal(await place(), before, `${width} pixels`);
      }
    });
  });

  test("unrolls a recurrent layer into its timesteps, with their numbers in a table, and folds them again", async () => {
    await withFlow(browser, await pausedAt(charRnn, "rnn[t=4] backward"), async (inspector) => {
      const { page } = inspector;
      assert.equal(await page.locator(`${section} .flow-chain:visible`).count(), 0);
      await box(inspector, "rnn, RNN").click();
      const unroll = page.locator(`${section} .flow-unroll`);
      assert.equal(await unroll.textContent(), "unroll 8 timesteps");
      await unroll.click();
      await inspector.settled();
      assert.equal(await page.locator(`${section} .flow-chain-step`).count(), 8);
      const heights = await page.evaluate<number[]>(
        `[...document.querySelectorAll('${section} .flow-chain-bar.gradients')].map((bar) => bar.height.baseVal.value)`,
      );
      assert.deepEqual(
        heights.map((height) => height > 0),
        [false, false, false, false, true, true, true, true],
      );
      const rows = await page.locator(`${section} .flow-chain tbody tr`).allTextContents();
      assert.equal(rows.length, 8);
      assert.match(rows[0], /^00\.\d+—$/);
      assert.match(rows[7], /^70\.\d+\d+\.?\d*(e-\d+)?$/);
      await page.locator(section).screenshot({ path: shot("unrolled") });
      assert.equal(await unroll.textContent(), "fold the timesteps");
      await unroll.click();
      await inspector.settled();
      assert.equal(await page.locator(`${section} .flow-chain:visible`).count(), 0);
    });
  });

  test("has a table with every edge behind it", async () => {
    const state = await pausedAt(charRnn, "head backward");
    await withFlow(browser, state, async ({ page }) => {
      const rows = await page
        .locator(`${section} > .visually-hidden tbody tr`)
        .evaluateAll((rows) =>
          rows.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent).join(" | ")),
        );
      assert.equal(rows.length, flowOf(state).graph.edges.length);
      assert.match(
        rows[0],
        /^input \| embed \| \[4, 8\] \| whole numbers \| — \| has run, backward has not come to it$/,
      );
      assert.match(rows[2], /^rnn \| rnn, next step \| \[4, 8, 16\] \| 0\.\d+ \| — \|/);
      assert.match(
        rows[4],
        /^head \| cross entropy \| \[4, 8, 12\] \| [\d.]+ \| [\d.e-]+ \| has run, backward has been there$/,
      );
      const caption = await page.locator(`${section} > .visually-hidden caption`).textContent();
      assert.equal(
        caption,
        "The network as it ran, iteration 2: 3 layer calls, 1 operation outside of them. Now at head.",
      );
    });
  });

  test("is not there before the network has run, nor after another training has begun", () =>
    withFlow(browser, showing(null), async (inspector) => {
      assert.match(await textOf(inspector, ".empty"), /appears when it has run/);
      assert.equal(await inspector.page.locator(`${section} .flow-view:visible`).count(), 0);
      await show(inspector, showing(decadesApart));
      assert.equal(await inspector.page.locator(`${section} .flow-box-button`).count(), 4);
      await show(inspector, showing(null));
      assert.equal(await inspector.page.locator(`${section} .flow-box-button`).count(), 0);
    }));

  test("of numbers that stop being numbers says from where", async () => {
    await withFlow(browser, await pausedAt(broken, "first backward", 3), async (inspector) => {
      assert.equal(await textOf(inspector, ".flow-verdict"), "✕ Values are ∞ from div → head on.");
      const values = await strands(inspector, "values");
      assert.equal(values.filter(({ classes }) => classes.includes("broken")).length, 2);
      await inspector.page.locator(section).screenshot({ path: shot("not-finite") });
    });
  });
});
