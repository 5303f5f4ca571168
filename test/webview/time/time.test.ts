// The view of time in Chromium: heatmaps, the words along the axis, the Jacobian over it, and the way to an event.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pages } from "../pages.ts";
import { scenes } from "../runs.ts";
import { answer, asked, cell, newest, section, show } from "./page.ts";
import { bidirectional, broken, chainOf, characters, halfDone, resumed, sequenceOf, values } from "./runs.ts";

const withPage = pages();

test("the characters of the sample stand below the heatmap, spaces and line ends made visible", () =>
  withPage({}, async (inspector) => {
    await show(inspector, halfDone);
    const question = await answer(inspector, "sequence", sequenceOf(characters(32)));
    assert.deepEqual(question.question.params, { sample: 0 });
    await inspector.screenshot("time-half-done");
    const rows = await inspector.page.locator(`${section} tbody tr`).allTextContents();
    assert.equal(rows.length, 32);
    assert.equal(rows[4], "4spacenot reached yet");
    assert.equal(rows[11], "11“m”not reached yet");
    assert.match(rows[12], /^12“a”0\.00\d+$/);
  }));

test("timesteps that backward has not come to say so, and the iteration before stands in for them", () =>
  withPage({}, async (inspector) => {
    await show(inspector, halfDone);
    const legend = inspector.page.locator(`${section} .time-legend li:visible`);
    const words = (await legend.allTextContents()).join("; ");
    assert.match(words, /not yet/);
    assert.match(words, /iteration before/);
    const { x, y } = await cell(inspector, 5);
    await inspector.page.mouse.move(x, y);
    const readout = await inspector.page.locator(`${section} .time-readout`).textContent();
    assert.match(readout ?? "", /^t = 5 · ‖∂L\/∂h_t‖ not reached yet · iteration before \d\.\d+e-4/);
    await show(inspector, scenes.pausedUpdate());
    assert.doesNotMatch((await legend.allTextContents()).join("; "), /not yet|iteration before/);
  }));

test("a verdict says in words how the gradient changes on its way back", () =>
  withPage({}, async (inspector) => {
    const notes = inspector.page.locator(`${section} figcaption`);
    await show(inspector, scenes.pausedUpdate());
    // 0.82 per step: 1 / -log10(0.82) = 11.6 steps for a decade
    assert.match(
      (await notes.textContent()) ?? "",
      /▼ Vanishing: it falls by 10× every 1[12] steps going back in time\./,
    );
    await show(inspector, broken);
    assert.match((await notes.textContent()) ?? "", /Not finite from t = 9 back to t = 4/);
    const legend = (await inspector.page.locator(`${section} .time-legend li:visible`).allTextContents()).join("; ");
    assert.match(legend, /exactly 0.*NaN or ∞/);
    await inspector.screenshot("time-broken");
  }));

test("a click, and Enter, ask for the event of the layer and timestep in the phase that is chosen", () =>
  withPage({}, async (inspector) => {
    await show(inspector, halfDone);
    await answer(inspector, "sequence", sequenceOf(characters(32)));
    const { x, y } = await cell(inspector, 12);
    await inspector.page.mouse.click(x, y);
    const first = await newest(inspector, "goToEvent", 1);
    assert.deepEqual(first.question.params, { layer: "rnn", timestep: 12, phase: "backward" });
    await inspector.send({ type: "answer", id: first.id, ok: false, message: "history is off" });
    await inspector.page.locator(`${section} .time-message`, { hasText: "history is off" }).waitFor();

    await inspector.page.locator(`${section} .time-phase`).selectOption("forward");
    const surface = inspector.page.locator(`${section} .time-surface`);
    await surface.focus();
    for (const key of ["ArrowLeft", "ArrowLeft", "PageUp", "Home", "ArrowRight"]) await surface.press(key);
    assert.equal(await surface.getAttribute("aria-valuenow"), "1");
    assert.match((await surface.getAttribute("aria-valuetext")) ?? "", /^t = 1 · input “a”/);
    await surface.press("Enter");
    const second = await newest(inspector, "goToEvent", 2);
    assert.deepEqual(second.question.params, { layer: "rnn", timestep: 1, phase: "forward" });
    await inspector.screenshot("time-focus");
  }));

test("where there is no pause a click says what it takes, and asks for nothing", () =>
  withPage({}, async (inspector) => {
    await show(inspector, halfDone);
    await inspector.send({ type: "events", events: [resumed()] });
    await inspector.settled();
    const { x, y } = await cell(inspector, 20);
    await inspector.page.mouse.click(x, y);
    const message = inspector.page.locator(`${section} .time-message`);
    await message.filter({ hasText: "To go to rnn[t=20] backward, pause the run first" }).waitFor();
    assert.deepEqual(await asked(inspector, "goToEvent"), []);
    const question = inspector.page.locator(`${section} .time-button`, { hasText: "How far back" });
    assert.equal(await question.isDisabled(), true);
  }));

test("how far back it remembers is asked, drawn over the heatmap, and said in words", () =>
  withPage({}, async (inspector) => {
    await show(inspector, halfDone);
    await answer(inspector, "sequence", sequenceOf(characters(32)));
    const picture = () => inspector.page.evaluate<string>(`document.querySelector('${section} canvas').toDataURL()`);
    const before = await picture();
    await inspector.page.locator(`${section} .time-button`, { hasText: "How far back" }).click();
    // a wait worth a word, which can be given up
    await inspector.page.locator(`${section} .busy`, { hasText: "Computing ∂h_T/∂h_t of rnn" }).waitFor();
    assert.equal(await inspector.page.locator(`${section} .busy-cancel`).isVisible(), true);
    const question = await answer(inspector, "chain", chainOf("rnn", ["l0"], 32));
    assert.deepEqual(question.question.params, { layer: "rnn", sample: 0 });
    assert.notEqual(await picture(), before);
    const notes = (await inspector.page.locator(`${section} figcaption`).textContent()) ?? "";
    // 0.8 per step is below 1 % after log(0.01) / log(0.8) = 20.6 steps
    assert.match(notes, /It remembers 2\d timesteps back from T = 31: before that ‖∂h_T\/∂h_t‖ is below 1 %/);
    assert.match(notes, /falls by 10× every 10 steps/);
    const rows = await inspector.page.locator(`${section} tbody tr`).allTextContents();
    assert.match(rows[31], /^31.*1\.00$/, "the table has the Jacobian too");
    await inspector.screenshot("time-jacobian");
  }));

test("an answer that nobody waits for any more is dropped", () =>
  withPage({}, async (inspector) => {
    await show(inspector, halfDone);
    await inspector.page.locator(`${section} .time-button`, { hasText: "How far back" }).click();
    await inspector.page.locator(`${section} .busy-cancel`).click();
    await answer(inspector, "chain", chainOf("rnn", ["l0"], 32));
    const notes = (await inspector.page.locator(`${section} figcaption`).textContent()) ?? "";
    assert.doesNotMatch(notes, /remembers/);
    assert.equal(await inspector.page.locator(`${section} .time-message`).textContent(), "");
  }));

test("a layer of several levels and directions has a row for each, and one for every gate when that is chosen", () =>
  withPage({}, async (inspector) => {
    await show(inspector, bidirectional);
    await answer(inspector, "sequence", sequenceOf(characters(24)));
    assert.equal(await inspector.page.locator(`${section} .time-figure`).count(), 1);
    await inspector.screenshot("time-bidirectional");
    const heads = inspector.page.locator(`${section} th`);
    assert.equal(await heads.count(), 2 + 4);
    await inspector.page.locator(`${section} .time-button`, { hasText: "How far back" }).click();
    const parts = ["l0", "l0_reverse", "l1", "l1_reverse"];
    await answer(inspector, "chain", chainOf("rnn", parts, 24, ["i", "f", "g", "o"]));
    await inspector.page.locator(`${section} vscode-checkbox`, { hasText: "Gates" }).click();
    await inspector.settled();
    // for each part h_t, the line, c_t, the forget path, four gates; t and the input before them
    assert.equal(await heads.count(), 2 + 4 * 8);
    await inspector.screenshot("time-gates");
    const surface = inspector.page.locator(`${section} .time-surface`);
    await surface.focus();
    await surface.press("Home");
    for (let i = 0; i < 4; i++) await surface.press("ArrowDown");
    await surface.press("Enter");
    const { question } = await newest(inspector, "goToEvent", 1);
    assert.deepEqual(question.params, { layer: "rnn", timestep: 0, phase: "backward", part: "l0", gate: "f" });
  }));

test("another sample of the batch is chosen by its number", () =>
  withPage({}, async (inspector) => {
    await show(inspector, halfDone);
    await answer(inspector, "sequence", sequenceOf(characters(32)));
    const input = inspector.page.locator(`${section} .time-sample`);
    await input.fill("7");
    await input.press("Enter");
    const { question } = await answer(inspector, "sequence", sequenceOf(characters(32), 7), 2);
    assert.deepEqual(question.params, { sample: 7 });
    await input.fill("99");
    await input.press("Enter");
    assert.deepEqual((await newest(inspector, "sequence", 3)).question.params, { sample: 15 }, "the last there is");
  }));

test("numbers that go in are drawn as bars below the timesteps", () =>
  withPage({}, async (inspector) => {
    await show(inspector, halfDone);
    await answer(inspector, "sequence", sequenceOf(values(32, 3)));
    const { x, y } = await cell(inspector, 12);
    await inspector.page.mouse.move(x, y);
    assert.match(
      (await inspector.page.locator(`${section} .time-readout`).textContent()) ?? "",
      /x = -?0\.\d+, -?0\.\d+, -?[01]\.\d+/,
    );
    await inspector.screenshot("time-values");
  }));
