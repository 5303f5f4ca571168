// The decision surface in Chromium: its colours, the way through a run, the table behind, and the lines between classes.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { borders, contour } from "../../../webview/views/playing/surface/contour.ts";
import type { Inspector } from "../browser.ts";
import { pages } from "../pages.ts";
import { shot, show, surface, texts } from "./page.ts";
import { standingIn } from "./runs.ts";
import { brokenSurface, fourClasses, twoClasses, valueSurface } from "./surfaces.ts";

const withPage = pages();

/** The colour of a place of the surface: shares of its width and height from the top left, axes and all. */
function colourAt({ page }: Inspector, x: number, y: number): Promise<number[]> {
  return page.evaluate<number[]>(`(() => {
    const canvas = document.querySelector('${surface} .surface-canvas');
    const copy = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, -Math.round(${x} * canvas.width), -Math.round(${y} * canvas.height));
    return [...copy.getImageData(0, 0, 1, 1).data];
  })()`);
}

function pictureOf({ page }: Inspector): Promise<string> {
  return page.evaluate<string>(`document.querySelector('${surface} .surface-canvas').toDataURL()`);
}

describe("the decision surface", () => {
  test("has the colours of the likelier class, points by shape, and says in words how many are right", () =>
    withPage({}, async (inspector) => {
      await show(inspector, twoClasses, surface);
      assert.deepEqual(await texts(inspector, `${surface} .surface-legend li`), [
        "class 0",
        "class 1",
        "boundary, 0.5",
        "hollow: held out for validation",
      ]);
      assert.match(
        (await texts(inspector, `${surface} > .note`)).join(" "),
        /98\.5 % of 200 samples on the right side/,
      );
      // along the diagonal the arms change from one class to the other and back
      const colours = await Promise.all([0.15, 0.25, 0.33, 0.42].map((share) => colourAt(inspector, share, share)));
      const kinds = new Set(
        colours.map(([red, , blue]) => (blue > red + 40 ? "blue" : red > blue + 40 ? "orange" : "none")),
      );
      assert.ok(kinds.has("blue") && kinds.has("orange"), JSON.stringify(colours));
      const label = await inspector.page.locator(`${surface} .surface-canvas`).getAttribute("aria-label");
      assert.match(
        label ?? "",
        /^Decision surface, iteration 400\. Probability of class 1 over x₁ from -2\.40 to 2\.40/,
      );
      await shot(inspector, surface, "two-classes");
    }));

  test("is travelled through by the slider and by small pictures; its end follows the run", () =>
    withPage({}, async (inspector) => {
      await show(inspector, twoClasses, surface);
      const slider = inspector.page.locator(`${surface} input[type=range]`);
      const when = inspector.page.locator(`${surface} .playing-when`);
      const newest = await pictureOf(inspector);
      assert.equal(await when.textContent(), "iteration 400, the newest");
      await slider.focus();
      await slider.press("ArrowLeft");
      await when.filter({ hasText: "iteration 300, epoch 3" }).waitFor();
      assert.equal(await slider.getAttribute("aria-valuetext"), "iteration 300, epoch 3");
      assert.notEqual(await pictureOf(inspector), newest);
      await slider.press("Home");
      await when.filter({ hasText: "before the first iteration" }).waitFor();
      const smalls = inspector.page.locator(`${surface} .surface-small`);
      assert.deepEqual(
        await smalls.allInnerTexts(),
        ["0", "20", "90", "150", "300", "400"],
        "the first, the last, and some between",
      );
      assert.equal(await smalls.first().getAttribute("aria-pressed"), "true");
      await smalls.nth(2).press("Enter");
      await when.filter({ hasText: "iteration 90, epoch 1" }).waitFor();
      assert.equal(await smalls.nth(2).getAttribute("aria-pressed"), "true");
      const kept = (await inspector.kept()) as { readonly ui: { readonly playing: unknown } };
      assert.deepEqual(kept.ui.playing, { iteration: 90, cell: null }, "is kept over a reload");
      await slider.focus();
      await slider.press("End");
      await when.filter({ hasText: "iteration 400, the newest" }).waitFor();
      assert.equal(await pictureOf(inspector), newest);
    }));

  test("of a run that has gone back ends where the run stands", () =>
    withPage({}, async (inspector) => {
      await show(inspector, standingIn(twoClasses, 150), surface);
      const when = inspector.page.locator(`${surface} .playing-when`);
      // iteration 150 itself has not changed the weights yet
      await when.filter({ hasText: "iteration 90, the newest" }).waitFor();
      assert.equal(await inspector.page.locator(`${surface} input[type=range]`).getAttribute("max"), "3");
      await inspector.send({ type: "events", events: [{ type: "continued" }] });
      await when.filter({ hasText: "iteration 400, the newest" }).waitFor();
    }));

  test("has a table behind it, the highest y first", () =>
    withPage({}, async (inspector) => {
      await show(inspector, fourClasses, surface);
      const rows = await inspector.page.locator(`${surface} tbody tr`).allInnerTexts();
      assert.equal(rows.length, 6);
      assert.match(rows[0], /x₁ = -1\.95\s+x₁ = -0\.950\s+x₁ = 0\.0500/);
      assert.match(rows[1], /^x₂ = 1\.95\s+virginica 1\.00/);
      assert.match(rows[5], /^x₂ = -1\.95\s+setosa 1\.00/);
      await shot(inspector, surface, "classes");
    }));

  test("of a predicted number has a scale, and what is not finite is said", () =>
    withPage({}, async (inspector) => {
      await show(inspector, valueSurface, surface);
      const [legend] = await texts(inspector, `${surface} .surface-legend li`);
      // x · y at the outermost places of the grid: 2.35² = 5.52
      assert.equal(legend, "-5.52 5.52");
      await shot(inspector, surface, "value");
      await show(inspector, brokenSurface, surface);
      assert.match((await texts(inspector, `${surface} > .note`)).join(""), /not finite, so there is no surface/);
      await shot(inspector, surface, "not-finite");
    }));

  test("is drawn anew when its place becomes another one", () =>
    withPage({}, async (inspector) => {
      await show(inspector, twoClasses, surface);
      const sizes = () =>
        inspector.page.evaluate<number[]>(
          `(() => { const c = document.querySelector('${surface} .surface-canvas'); return [c.width, c.clientWidth, c.height, c.clientHeight]; })()`,
        );
      const [before] = await sizes();
      await inspector.page.setViewportSize({ width: 340, height: 900 });
      await inspector.settled();
      const [width, place, height, placeHeight] = await sizes();
      assert.ok(width < before, `${width} of ${before}`);
      assert.deepEqual([width, height], [place, placeHeight], "a pixel of the picture for each of the page");
    }));
});

describe("lines between classes", () => {
  test("lie where the values, linear between places, pass the level", () => {
    const values = [0, 1, 0, 1];
    // from left to right 0 → 1 in both rows: 0.25 is passed at x = 0.25
    assert.deepEqual(
      contour({ values, columns: 2, rows: 2 }, 0.25),
      [[0.25, 0, 0.25, 1]].map(([a, b, c, d]) => [a, b, c, d]),
    );
    assert.deepEqual(contour({ values: [0, Number.NaN, 0, 1], columns: 2, rows: 2 }, 0.5), []);
    // two corners across from each other: two lines, that cut off the lower ones
    assert.equal(contour({ values: [1, 0, 0, 1], columns: 2, rows: 2 }, 0.4).length, 2);
  });

  test("part classes halfway, whatever their numbers", () => {
    const grid = { values: [3, 3, 7, 3, 3, 7], columns: 3, rows: 2 };
    const segments = borders(grid);
    assert.ok(segments.length > 0);
    for (const [x1, , x2] of segments) assert.deepEqual([x1, x2], [1.5, 1.5]);
    assert.deepEqual(borders({ values: [5, 5, 5, 5], columns: 2, rows: 2 }), []);
  });
});
