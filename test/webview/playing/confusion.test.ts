// The confusion table in Chromium: counts, the worst examples as pictures and as rows, the keyboard, another run.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pages } from "../pages.ts";
import { confusion, shot, show, texts } from "./page.ts";
import { digitTables, irisTable, manyClasses, standingIn } from "./runs.ts";

const withPage = pages();

describe("the confusion table", () => {
  test("of digits has the worst examples as little pictures", () =>
    withPage({}, async (inspector) => {
      await show(inspector, digitTables, confusion);
      assert.match(
        (await texts(inspector, `${confusion} .confusion-facts`))[0],
        /^9\d\.\d % of 1,\d{3} of 2,000 validation samples right, mean loss 0\.240$/,
      );
      assert.equal(await inspector.page.locator(`${confusion} .confusion button`).count(), 100);
      const pictures = inspector.page.locator(`${confusion} .worst-picture:visible`);
      assert.equal(await pictures.count(), 24);
      assert.equal(await pictures.first().getAttribute("aria-label"), "validation sample 4, a picture of 0");
      const ink = await inspector.page.evaluate<number>(`(() => {
        const canvas = document.querySelector('${confusion} .worst-picture');
        const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
        return data.filter((value, i) => i % 4 === 0 && value > 200).length;
      })()`);
      assert.ok(ink > 40 && ink < 400, `${ink} bright pixels of 784`);
      assert.match(
        (await texts(inspector, `${confusion} .worst-list li`))[0],
        /^0 taken for 1 99\.0 % sure, loss 6\.40, no\. 4$/,
      );
      await shot(inspector, confusion, "digits");
    }));

  test("of flowers has them as rows of features", () =>
    withPage({}, async (inspector) => {
      await show(inspector, irisTable, confusion);
      assert.equal(
        (await texts(inspector, `${confusion} .confusion-facts`))[0],
        "93.3 % of 30 validation samples right, mean loss 0.0910",
      );
      assert.equal(await inspector.page.locator(`${confusion} .worst-picture:visible`).count(), 0);
      const [first] = await texts(inspector, `${confusion} .worst-list li`);
      assert.match(
        first,
        /^Iris-setosa taken for Iris-versicolor .* sepal length 5\.1, sepal width 2\.8, petal length 4\.9/,
      );
      await shot(inspector, confusion, "flowers");
    }));

  test("is walked through by arrow keys as one stop of Tab, and a cell narrows the examples", () =>
    withPage({}, async (inspector) => {
      await show(inspector, digitTables, confusion);
      const { page } = inspector;
      const focused = () => page.evaluate<string>("document.activeElement.getAttribute('aria-label') ?? ''");
      await page.locator(`${confusion} .confusion button`).first().focus();
      for (const key of ["ArrowDown", "ArrowDown", "ArrowRight", "End", "ArrowRight", "ArrowUp"])
        await page.keyboard.press(key);
      assert.match(await focused(), /^1 taken for 9: 2, 1\.\d % of the row$/);
      assert.equal(await page.locator(`${confusion} .confusion button[tabindex="0"]`).count(), 1);
      await page.keyboard.press("Home");
      for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Enter");
      await page.locator(`${confusion} .worst-title`, { hasText: "1 taken for 3" }).waitFor();
      const shown = await texts(inspector, `${confusion} .worst-list li`);
      assert.ok(shown.length > 0 && shown.every((item) => item.startsWith("1 taken for 3")), shown.join("; "));
      assert.equal(await page.evaluate("document.activeElement.getAttribute('aria-pressed')"), "true");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Enter");
      await page
        .locator(`${confusion} .worst .note`, { hasText: "None of the hardest samples is one of these." })
        .waitFor();
      await page.locator(`${confusion} .worst .link`).press("Enter");
      await page.locator(`${confusion} .worst-title`, { hasText: "Worst examples" }).waitFor();
      assert.equal((await texts(inspector, `${confusion} .worst-list li`)).length, 24);
    }));

  test("of another run is shown anew: its newest table, with the examples of all cells", () =>
    withPage({}, async (inspector) => {
      await show(inspector, digitTables, confusion);
      const { page } = inspector;
      await page.locator(`${confusion} .confusion button`).last().press("Enter");
      await page.locator(`${confusion} .worst-title`, { hasText: "9, found right" }).waitFor();
      // a smaller table that comes as a whole, as after the tab was hidden
      await inspector.show(irisTable);
      await page.locator(`${confusion} .worst-title`, { hasText: "Worst examples" }).waitFor();
      const slider = page.locator(`${confusion} input[type=range]`);
      await slider.focus();
      await slider.press("Home");
      await page.locator(`${confusion} .playing-when`, { hasText: "iteration 50, epoch 1" }).waitFor();
      const { model, playing } = digitTables;
      assert.ok(model !== null && playing !== null && playing.about !== null);
      const reports = [{ kind: "about" as const, about: playing.about }, ...playing.pictures];
      await inspector.send({
        type: "events",
        events: [{ type: "started", model }, ...reports.map((report) => ({ type: "playing" as const, report }))],
      });
      await page.locator(`${confusion} .playing-when`, { hasText: "iteration 399, the newest" }).waitFor();
      assert.equal((await texts(inspector, `${confusion} .worst-list li`)).length, 24);
    }));

  test("of an earlier iteration says that the examples are those of the newest", () =>
    withPage({}, async (inspector) => {
      await show(inspector, digitTables, confusion);
      const { page } = inspector;
      const cell = page.locator(`${confusion} .confusion button`).first();
      assert.equal(await cell.textContent(), "192");
      const slider = page.locator(`${confusion} input[type=range]`);
      await slider.focus();
      await slider.press("Home");
      await page.locator(`${confusion} .worst-title`, { hasText: "Worst examples, iteration 399" }).waitFor();
      assert.equal(await cell.textContent(), "80");
      await show(inspector, standingIn(digitTables, 200), confusion);
      await page
        .locator(`${confusion} .worst .note`, { hasText: "Examples are kept of the newest table only" })
        .waitFor();
      assert.deepEqual(await texts(inspector, `${confusion} .worst-list li`), []);
    }));

  test("of many classes scrolls under its names", () =>
    withPage({ height: 700 }, async (inspector) => {
      await show(inspector, manyClasses, confusion);
      const { page } = inspector;
      const last = page.locator(`${confusion} .confusion button`).last();
      await last.scrollIntoViewIfNeeded();
      const boxes = await page.evaluate<{ head: number; cell: number; name: number; column: number }>(`(() => {
        const box = (selector) => [...document.querySelectorAll('${confusion} ' + selector)].at(-1).getBoundingClientRect();
        const cell = box(".confusion button");
        return { head: box("thead th").left - cell.left, cell: cell.top - box("thead th").bottom, name: box("tbody th").top - cell.top, column: cell.left - box("tbody th").right };
      })()`);
      assert.ok(
        Math.abs(boxes.head) < 4 && boxes.cell > 0 && Math.abs(boxes.name) < 8 && boxes.column > 0,
        JSON.stringify(boxes),
      );
      await shot(inspector, confusion, "many-classes");
    }));
});
