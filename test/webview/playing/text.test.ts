// The text sample in Chromium: prompt, probabilities, the samples over a run; and a model of which nothing can be shown.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pages } from "../pages.ts";
import { confusion, sample, shot, show, surface, texts } from "./page.ts";
import { brokenText, nothingToShow, text } from "./runs.ts";

const withPage = pages();

describe("the text sample", () => {
  test("shows the prompt apart from what the model wrote, and how sure it was of every character", () =>
    withPage({}, async (inspector) => {
      await show(inspector, text, sample);
      const prompt = inspector.page.locator(`${sample} .text-prompt`);
      assert.equal(await prompt.textContent(), "Loomings.\n\nOnce upon a midnight ");
      const style = (of: string) =>
        inspector.page.evaluate<string>(
          `(() => { const s = getComputedStyle(document.querySelector('${of}')); return s.color + s.fontStyle; })()`,
        );
      assert.notEqual(await style(`${sample} .text-prompt`), await style(`${sample} .p-sure`));
      const whole = (await inspector.page.locator(`${sample} .text-sample`).textContent()) ?? "";
      const rows = await inspector.page.locator(`${sample} tbody tr`).allTextContents();
      assert.equal(rows.length, 120, "the table behind has a row for every character");
      assert.equal(whole.length, 32 + 120);
      for (const level of ["sure", "likely", "doubtful", "surprising"]) {
        assert.ok((await inspector.page.locator(`${sample} .text-sample .p-${level}`).count()) > 0, level);
      }
      assert.match(
        (await texts(inspector, `${sample} > .note`)).join(""),
        /60\.\d % sure on average, drawn at temperature 0\.8/,
      );
      await shot(inspector, sample, "text");
    }));

  test("lists the run's samples, of which one is shown in full", () =>
    withPage({}, async (inspector) => {
      await show(inspector, text, sample);
      const rows = inspector.page.locator(`${sample} .text-row`);
      assert.equal(await rows.count(), 6);
      const first = (await rows.first().locator(".text-line").textContent()) ?? "";
      await rows.first().press("Enter");
      await inspector.page.locator(`${sample} .playing-when`, { hasText: "iteration 40, epoch 1" }).waitFor();
      const whole = (await inspector.page.locator(`${sample} .text-sample`).textContent()) ?? "";
      assert.ok(whole.slice(32).replaceAll(/\s/g, " ").startsWith(first.trimEnd()), `${whole} begins with ${first}`);
      assert.equal(await rows.first().getAttribute("aria-pressed"), "true");
      await show(inspector, brokenText, sample);
      await inspector.page.locator(`${sample} .text-row`).last().press("Enter");
      await inspector.page
        .locator(`${sample} .note`, { hasText: "No text: the model's output is not finite." })
        .waitFor();
    }));
});

test("a model that cannot be tried on one sample says why, and shows nothing else", () =>
  withPage({}, async (inspector) => {
    await inspector.show(nothingToShow("linear: the input has 3 features, but the weight of a takes 2"));
    const section = 'section[aria-label="At play"]';
    await inspector.page.locator(section).scrollIntoViewIfNeeded();
    assert.match(
      (await texts(inspector, section))[0],
      /cannot be shown: linear: the input has 3 features, but the weight of a takes 2/,
    );
    for (const other of [surface, sample, confusion])
      assert.equal(await inspector.page.locator(other).isVisible(), false);
    await shot(inspector, section, "unavailable");
  }));
