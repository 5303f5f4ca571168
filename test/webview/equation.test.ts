// The equation of a step in Chromium: typeset, with its numbers, and every symbol leads to its tensor.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EquationReport, EquationSymbol } from "../../src/protocol/inspector/equation.ts";
import { audit, themeNames } from "./audit.ts";
import type { Inspector } from "./browser.ts";
import { pages } from "./pages.ts";
import { scenes } from "./runs.ts";

const withPage = pages();

const panel = 'section[aria-label="Equation"]';

/** At the pause in the update, with another equation. */
function withEquation(equation: EquationReport) {
  return { ...scenes.pausedUpdate(), equation };
}

const symbol = (name: string, shape: readonly number[], rows: readonly (readonly number[])[]): EquationSymbol => ({
  name,
  tex: name,
  place: { name, part: "after" },
  shape,
  rows,
  norm: 1,
});

/** MathML's words for what stands in an element, without TeX's source. */
function mathOf(inspector: Inspector, selector: string): Promise<string[]> {
  return inspector.page.evaluate(`[...document.querySelectorAll(${JSON.stringify(`${panel} ${selector}`)})].map((element) => {
    const math = element.querySelector("math").cloneNode(true);
    for (const source of math.querySelectorAll("annotation")) source.remove();
    return math.textContent;
  })`);
}

test("stands in letters, and below with its numbers in place of them", () =>
  withPage({}, async (inspector) => {
    await inspector.show(
      withEquation({
        title: "linear",
        lines: [
          String.raw`\term{0}{z} = \term{1}{a} \term{2}{W}^{\top} + \term{3}{b}, \quad L = \sum_i \entry{0}{z_i}`,
        ],
        source: "",
        symbols: [
          symbol("z", [1, 2], [[0.5, -1.25]]),
          symbol("a", [1, 3], [[1, 2, -3e-5]]),
          symbol(
            "W",
            [4, 3],
            [
              [0.1, 0.2, 0.3],
              [Number.NaN, 5, 6],
              [7, 8, 9],
              [1, 2, 3],
            ],
          ),
          symbol("b", [1], [[1234.5]]),
        ],
        constants: [{ tex: "\\eta", value: 0.002 }],
      }),
    );
    const [numbers, ...more] = await mathOf(inspector, ".equation-numbers");
    assert.deepEqual(more, [], "a part with single elements has no matrices");
    // all of z; two columns of a; two rows of W; b has one element
    assert.equal(numbers, "[0.50−1.3]=[12⋯][0.100.20⋯NaN5⋯⋮⋮]⊤+1235".replaceAll("−1.3", "−1.3"));
    assert.equal(await inspector.page.locator(`${panel} .katex-error`).count(), 0);
    assert.match((await inspector.page.locator(`${panel} .constant`).textContent()) ?? "", /= 0\.002$/);
  }));

test("every symbol of the page is one of the figures, and lights up together with it", () =>
  withPage({}, async (inspector) => {
    await inspector.show(scenes.pausedBackward());
    const { page } = inspector;
    const figures = page.locator(`${panel} figure`);
    const count = await figures.count();
    assert.equal(count, 7);
    const marked = await page.evaluate<string[]>(
      `[...new Set([...document.querySelectorAll(${JSON.stringify(`${panel} .equation-letters [data-symbol]`)})].map((e) => e.dataset.symbol))]`,
    );
    assert.deepEqual(
      marked.map(Number).sort(),
      Array.from({ length: count }, (_, i) => i),
    );
    await page.locator(`${panel} .equation-letters [data-symbol="4"]`).first().hover();
    assert.deepEqual(
      await page.evaluate(
        `[...document.querySelectorAll(${JSON.stringify(`${panel} figure.lit`)})].map((e) => e.dataset.symbol)`,
      ),
      ["4"],
    );
    await figures.nth(0).locator("button").focus();
    // δ_t stands in the equation three times
    assert.equal(await page.locator(`${panel} .equation-letters .lit[data-symbol="0"]`).count(), 3);
    assert.equal(await page.locator(`${panel} .lit[data-symbol="4"]`).count(), 0);
  }));

test("a click on a symbol, or Enter on its figure, shows its tensor in the panel of weights", () =>
  withPage({ height: 700 }, async (inspector) => {
    await inspector.show(scenes.pausedBackward());
    const { page } = inspector;
    const asked = async () => {
      for (let i = 0; i < 200; i++) {
        const sent = (await inspector.sent()) as { type: string; question?: { name: string; params: unknown } }[];
        const newest = sent.filter(({ question }) => question?.name === "tensor").at(-1);
        if (newest !== undefined) return newest.question?.params as { name: string; part: string };
        await new Promise((done) => setTimeout(done, 20));
      }
      throw new Error("no tensor was asked for");
    };
    await page.locator(`${panel} .equation-letters [data-symbol="5"]`).first().click();
    await inspector.settled();
    // ∂L/∂W_hh is the gradient of the parameter
    const { name, part } = await asked();
    assert.deepEqual([name, part], ["rnn.weight_hh_l0", "gradient"]);
    assert.equal(await page.locator("tr.asked").getAttribute("data-parameter"), "rnn.weight_hh_l0");
    const box = await page.locator(".weights-tensor").boundingBox();
    assert.ok(box !== null && box.y >= 0 && box.y < 700, `at ${box?.y}`);
    assert.equal(await page.locator(".weights-title").textContent(), "rnn.weight_hh_l0");
    assert.equal(await page.locator(`${panel} [aria-pressed="true"]`).count(), 1);
    await page.locator(`${panel} figure`).nth(0).locator("button").focus();
    await page.keyboard.press("Enter");
    await page.locator(".weights-title", { hasText: "δ_t" }).waitFor();
    await page.getByRole("button", { name: "δ_t [16, 128] ‖·‖ = 0.00170", pressed: true, exact: true }).waitFor();
  }));

test("a folded panel of weights opens when a symbol leads to it", () =>
  withPage({}, async (inspector) => {
    await inspector.show(scenes.pausedUpdate());
    const { page } = inspector;
    const weights = page.locator('section[aria-label="Parameters"]');
    await weights.getByRole("button", { name: "Parameters", exact: true }).click();
    await inspector.settled();
    await page.locator(`${panel} .equation-letters [data-symbol="3"]`).first().click();
    await weights.locator("tr.asked").waitFor();
    assert.equal(await weights.locator("tr.asked").getAttribute("data-parameter"), "rnn.weight_hh_l0");
  }));

for (const theme of themeNames) {
  test(`in the theme ${theme} fits wide and narrow, and axe-core finds nothing`, () =>
    withPage({ theme }, async (inspector) => {
      const { page } = inspector;
      for (const scene of ["pausedBackward", "pausedUpdate"] as const) {
        await inspector.show(scenes[scene]());
        for (const width of [1100, 320]) {
          await page.setViewportSize({ width, height: 900 });
          await inspector.settled();
          await page
            .locator(panel)
            .screenshot({ path: `test/webview/screenshots/equation-${scene}-${theme}-${width}.png` });
          const reach = await page.evaluate<number>(
            `Math.max(...[...document.querySelectorAll(${JSON.stringify(`${panel} .katex-html *`)})].filter((e) => e.closest(".hide-tail") === null).map((e) => e.getBoundingClientRect().right))`,
          );
          assert.ok(reach <= width, `${scene}: ${reach} of ${width} pixels`);
        }
        assert.deepEqual(await audit(inspector, theme, panel), [], `${theme} ${scene}`);
      }
    }));
}
