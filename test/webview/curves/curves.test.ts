// The curves in Chromium: looked around in, read, switched, and drawn along to travel in time.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";
import { audit, themeNames } from "../audit.ts";
import { type Inspector, type InspectorBrowser, type OpenOptions, screenshotFolder, startBrowser } from "../browser.ts";
import { scenes } from "../runs.ts";
import { broken, debugged, kept, paused, stoppedAt, wentBack } from "./runs.ts";

let browser: InspectorBrowser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.close());

/** A page that shows a state, with the curves in view; afterwards it has complained of nothing. */
async function withCurves(
  state: InspectorState,
  run: (inspector: Inspector) => Promise<void>,
  options: OpenOptions = {},
): Promise<void> {
  const inspector = await browser.open({ height: 1200, ...options });
  try {
    await inspector.show(state);
    await toCurves(inspector);
    await run(inspector);
    assert.deepEqual(inspector.complaints, []);
  } finally {
    await inspector.close();
  }
}

async function toCurves(inspector: Inspector): Promise<void> {
  await inspector.page.evaluate(`document.querySelector("section.curves").scrollIntoView()`);
  await inspector.settled();
}

/** `1 to 1,805` */
async function shownRange({ page }: Inspector): Promise<string> {
  return ((await page.locator(".range-words").textContent()) ?? "").replace("Iterations ", "");
}

async function waitForRange({ page }: Inspector, range: RegExp): Promise<void> {
  await page.locator(".range-words").filter({ hasText: range }).waitFor();
}

/** Where an iteration of the whole run is, in the window; `share` from the top to the bottom of the plot of the loss. */
async function pointAt({ page }: Inspector, iteration: number, last: number, share = 0.5): Promise<[number, number]> {
  const box = (await page.locator(".plot.loss").boundingBox()) ?? assert.fail("no plot");
  const [left, right] = await page.evaluate<[number, number]>(`(() => {
    const strip = document.querySelector(".overview canvas").getBoundingClientRect();
    return [strip.left, strip.right];
  })()`);
  return [left + ((iteration - 1) / (last - 1)) * (right - left), box.y + share * box.height];
}

interface Asked {
  readonly type: string;
  readonly id: number;
  readonly question: { readonly name: string; readonly params: Readonly<Record<string, unknown>> };
}

/** Waits until an expression is true in the page; it is asked from outside, as the page's policy evaluates nothing. */
async function until({ page }: Inspector, expression: string): Promise<void> {
  for (const end = Date.now() + 30_000; !(await page.evaluate<boolean>(expression)); ) {
    if (Date.now() > end) throw new Error(`${expression} has not become true`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** What the page has asked under this name, once it has. */
async function asked(inspector: Inspector, name: string): Promise<Asked> {
  await until(inspector, `window.standIn.sent.some(({ question }) => question?.name === ${JSON.stringify(name)})`);
  const sent = (await inspector.sent()) as Asked[];
  return sent.filter(({ type, question }) => type === "ask" && question.name === name).at(-1) ?? assert.fail(name);
}

async function questions(inspector: Inspector, name: string): Promise<number> {
  const sent = (await inspector.sent()) as Asked[];
  return sent.filter(({ type, question }) => type === "ask" && question.name === name).length;
}

/** Pixels of a plot's canvas of about this colour (CSS), in a part of its height. */
function pixels({ page }: Inspector, plot: string, colour: string, from = 0, to = 1): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('section[aria-label="${plot}"] canvas');
    const probe = new OffscreenCanvas(1, 1).getContext("2d");
    const css = document.createElement("span");
    css.style.color = ${JSON.stringify(colour)};
    document.body.append(css);
    probe.fillStyle = getComputedStyle(css).color;
    css.remove();
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
    const { width, height } = canvas;
    const top = Math.round(${from} * height);
    const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, top, width, Math.round(${to} * height) - top);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] > 128 && Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 24) count++;
    }
    return count;
  })()`);
}

test("the plots stand in line over one axis, which the lowest one has the numbers of", () =>
  withCurves(paused(), async (inspector) => {
    const { page } = inspector;
    assert.deepEqual(await page.locator(".curve:visible h3").allTextContents(), [
      "Loss",
      "Gradient norm ‖∂L/∂w‖ before clipping",
      "Learning rate",
      "Accuracy of the validation",
    ]);
    const lefts = await page
      .locator(".curve:visible .plot canvas")
      .evaluateAll((all) =>
        all.map((canvas) => `${canvas.getBoundingClientRect().left} ${canvas.getBoundingClientRect().width}`),
      );
    assert.equal(new Set(lefts).size, 1, lefts.join(", "));
    assert.equal(await page.locator(".plot.lowest:visible").count(), 1);
    // an upright line of the run's place goes through all of them
    assert.equal(await page.locator(".over.stands:visible").count(), 4);
    assert.match((await page.getByRole("img", { name: /^Learning rate:/ }).getAttribute("aria-label")) ?? "", /lowest/);
  }));

test("behind each plot is a table with its curves, also those of other runs", () =>
  withCurves(
    paused(),
    async (inspector) => {
      const { id } = await asked(inspector, "runCurves");
      await inspector.send({ type: "answer", id, ok: true, value: [kept("a", "slow", 0.5)] });
      await inspector.settled();
      const rows = await inspector.page.locator(`section[aria-label="Loss"] table tbody tr`).allTextContents();
      assert.equal(rows.filter((row) => row.startsWith("this run")).length, 12);
      assert.ok(rows.includes("validation1,2002.31"), rows.join("\n"));
      assert.equal(rows.filter((row) => row.startsWith("slow")).length, 12);
    },
    { kept: { version: 1, ui: { overlay: ["a"] } } },
  ));

test("a range is drawn with the pointer, and a double click shows the whole run again", () =>
  withCurves(paused(), async (inspector) => {
    const { page } = inspector;
    assert.equal(await shownRange(inspector), "1 to 1,805");
    await page.mouse.move(...(await pointAt(inspector, 600, 1805)));
    await page.mouse.down();
    await page.mouse.move(...(await pointAt(inspector, 1000, 1805)), { steps: 5 });
    assert.ok(await page.locator(".over.selection:visible").first().isVisible());
    await page.mouse.up();
    await waitForRange(inspector, /^Iterations (599|60\d) to (999|1,00\d)$/);
    assert.equal(await page.locator(".over.selection:visible").count(), 0);
    await page.mouse.dblclick(...(await pointAt(inspector, 700, 1805)));
    await waitForRange(inspector, /1 to 1,805/);
  }));

test("Ctrl and the wheel zoom at the pointer, Shift and a drag move, and the wheel alone scrolls the page", () =>
  withCurves(
    paused(),
    async (inspector) => {
      const { page } = inspector;
      const place = await pointAt(inspector, 903, 1805);
      await page.mouse.move(...place);
      const before = await page.evaluate("window.scrollY");
      await page.mouse.wheel(0, 60);
      await until(inspector, `window.scrollY !== ${before}`);
      assert.equal(await shownRange(inspector), "1 to 1,805");
      await page.evaluate(`window.scrollTo(0, ${before})`);
      await page.keyboard.down("Control");
      for (let i = 0; i < 4; i++) await page.mouse.wheel(0, -100);
      await page.keyboard.up("Control");
      // four times e^-0.4 of 1804 iterations, around the middle: 903 ± 182
      await waitForRange(inspector, /^Iterations 72\d to 1,08\d$/);
      await page.keyboard.down("Shift");
      await page.mouse.down();
      await page.mouse.move(place[0] + 100, place[1], { steps: 4 });
      await page.mouse.up();
      await page.keyboard.up("Shift");
      await waitForRange(inspector, /^Iterations 6[78]\d to 1,0[45]\d$/);
    },
    { height: 700 },
  ));

test("the keys zoom, move, show all and follow, and what is shown is remembered", async () => {
  let remembered: unknown;
  await withCurves(debugged(), async (inspector) => {
    const { page } = inspector;
    await page.locator(".stack").focus();
    await page.keyboard.press("+");
    await waitForRange(inspector, /^Iterations 302 to 1,503$/); // 1803 / 1.5 = 1202 around 902.5
    await page.keyboard.press("ArrowLeft");
    await waitForRange(inspector, /^Iterations 182 to 1,383$/); // a tenth of 1202
    await page.keyboard.press("-");
    await waitForRange(inspector, /^Iterations 1 to 1,804$/);
    await page.keyboard.press("End");
    await waitForRange(inspector, /^Iterations 1,444 to 1,804$/); // the last fifth
    assert.equal(await page.getByRole("button", { name: "Follow" }).getAttribute("aria-pressed"), "true");
    await until(inspector, "window.standIn.kept?.ui.zoom?.follow === true");
    remembered = await inspector.kept();
  });
  await withCurves(
    debugged(),
    async (inspector) => {
      await waitForRange(inspector, /^Iterations 1,444 to 1,804$/);
      const [last] = debugged().iterations.slice(-1);
      const more = Array.from({ length: 50 }, (_, i) => ({ ...last, iteration: 1805 + i }));
      await inspector.send({ type: "events", events: [{ type: "iterations", records: more }] });
      await waitForRange(inspector, /^Iterations 1,494 to 1,854$/);
      await inspector.page.locator(".stack").focus();
      await inspector.page.keyboard.press("0");
      await waitForRange(inspector, /^Iterations 1 to 1,854$/);
    },
    { kept: remembered },
  );
});

test("the strip of the whole run is drawn and its edges are moved with the keys", () =>
  withCurves(debugged(), async (inspector) => {
    const { page } = inspector;
    await page.getByRole("slider", { name: "First iteration shown" }).focus();
    await page.keyboard.press("ArrowRight");
    await waitForRange(inspector, /^Iterations 38 to 1,804$/); // a fiftieth of 1803
    await page.getByRole("slider", { name: "Last iteration shown" }).focus();
    for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowLeft");
    await waitForRange(inspector, /^Iterations 38 to 1,443$/);
    const [x] = await pointAt(inspector, 400, 1804);
    const { y, height } = (await page.locator(".overview").boundingBox()) ?? assert.fail("no strip");
    await page.mouse.move(x, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + 200, y + height / 2, { steps: 4 });
    await page.mouse.up();
    await waitForRange(inspector, /to 1,804$/);
    assert.notEqual(await shownRange(inspector), "1 to 1,804");
  }));

test("the box under the pointer has the numbers of all plots at one iteration", () =>
  withCurves(debugged(), async (inspector) => {
    const { page } = inspector;
    await page.mouse.move(...(await pointAt(inspector, 1200, 1804)));
    const box = page.locator(".hover-box:visible");
    await box.waitFor();
    assert.match((await box.locator("b").textContent()) ?? "", /^Iteration 1,(19\d|20\d), epoch [12]$/);
    const names = await box.locator("dt").allTextContents();
    assert.deepEqual(names, ["loss", "validation at 1,200", "gradient norm", "learning rate", "accuracy at 1,200"]);
    const values = (await box.locator("dd").allTextContents()).join(" ");
    assert.match(values, /^2\.\d\d 2\.31 0\.\d+ 0\.001\d+ 41\.0 %$/);
    assert.equal(await page.locator(".over.crosshair:visible").count(), 4);
    await page.mouse.move(5, 5);
    await box.waitFor({ state: "hidden" });
  }));

test("plots and lines are switched off and on, and stay so on the next page", async () => {
  let remembered: unknown;
  await withCurves(scenes.running(), async (inspector) => {
    const { page } = inspector;
    const loss = page.locator('section[aria-label="Loss"]');
    const before = await pixels(inspector, "Loss", "var(--vscode-charts-blue)");
    await loss.getByRole("button", { name: "smoothed" }).click();
    await loss.getByRole("button", { name: "smoothed", pressed: false }).waitFor();
    await loss.getByRole("button", { name: "each iteration" }).click();
    await loss.getByRole("button", { name: "each iteration", pressed: false }).waitFor();
    await inspector.settled();
    assert.ok(before > 300 && (await pixels(inspector, "Loss", "var(--vscode-charts-blue)")) === 0, `${before} before`);
    await page.getByRole("button", { name: "Learning rate" }).click();
    await page.getByRole("button", { name: "Time per iteration" }).click();
    await page.locator('section[aria-label="Time per iteration"]').waitFor();
    remembered = await inspector.kept();
  });
  await withCurves(
    scenes.running(),
    async (inspector) => {
      assert.deepEqual(await inspector.page.locator(".curve:visible h3").allTextContents(), [
        "Loss",
        "Gradient norm ‖∂L/∂w‖ before clipping",
        "Accuracy of the validation",
        "Time per iteration ms",
      ]);
      assert.equal(await pixels(inspector, "Loss", "var(--vscode-charts-blue)"), 0);
    },
    { kept: remembered },
  );
});

test("NaN is a hole with a red mark on the upper edge, and said in words", () =>
  withCurves(broken(1000), async (inspector) => {
    assert.ok((await pixels(inspector, "Loss", "var(--vscode-charts-red)", 0, 0.2)) > 60);
    assert.equal(await pixels(inspector, "Loss", "var(--vscode-charts-red)", 0.2, 1), 0);
    assert.equal(await pixels(inspector, "Learning rate", "var(--vscode-charts-red)"), 0);
    const note = inspector.page.locator('section[aria-label="Loss"] .note');
    assert.match((await note.textContent()) ?? "", /^Not finite .* at times, first at iteration 602/);
  }));

test("the cursor is moved with the keys, says where to, and Enter takes a paused run there", () =>
  withCurves(paused(), async (inspector) => {
    const { page } = inspector;
    const cursor = page.getByRole("slider", { name: "Iteration that the run is at" });
    assert.equal(await cursor.getAttribute("aria-valuenow"), "1805");
    await cursor.focus();
    await page.keyboard.press("PageDown");
    await page.keyboard.press("ArrowLeft");
    await page.locator(".journey-words", { hasText: "Back to the beginning of iteration 1,794" }).waitFor();
    assert.match(
      (await cursor.getAttribute("aria-valuetext")) ?? "",
      /^iteration 1,794 of 3,600: loss \d\.\d\d; Enter goes there, Escape stays$/,
    );
    assert.match((await page.locator(".hover-box:visible b").textContent()) ?? "", /^Iteration 1,794/);
    await page.keyboard.press("Escape");
    assert.equal(await cursor.getAttribute("aria-valuenow"), "1805");
    assert.equal(await questions(inspector, "goToIteration"), 0);

    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    const { id, question } = await asked(inspector, "goToIteration");
    assert.deepEqual(question.params, { iteration: 1 });
    await page.locator(".journey-words", { hasText: "Going to iteration 1 …" }).waitFor();
    await page.locator(".journey vscode-progress-ring:visible").waitFor(); // once it takes half a second
    await inspector.send({ type: "answer", id, ok: true, value: {} });
    await inspector.send({ type: "events", events: wentBack(1) });
    await page.locator(".journey-words", { hasText: "Iterations 1 to 1,804 were run before going back" }).waitFor();
    assert.equal(await cursor.getAttribute("aria-valuenow"), "1");
    await page.locator(".over.beyond:visible").first().waitFor();
    assert.equal(await page.locator(".journey vscode-progress-ring:visible").count(), 0);
  }));

test("the cursor is drawn along the axis, and let go it takes the run there", () =>
  withCurves(paused(), async (inspector) => {
    const { page } = inspector;
    const box = (await page.locator(".cursor").boundingBox()) ?? assert.fail("no cursor");
    const [x] = await pointAt(inspector, 900, 1805);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(x, box.y + 5, { steps: 6 });
    await page.locator(".over.aim:visible").first().waitFor();
    assert.equal(await questions(inspector, "goToIteration"), 0, "not before it is let go");
    await page.mouse.up();
    const { id, question } = await asked(inspector, "goToIteration");
    const { iteration } = question.params;
    assert.ok(typeof iteration === "number" && Math.abs(iteration - 900) <= 3, String(iteration));
    const message = "History reaches back to iteration 1200 only.";
    await inspector.send({ type: "answer", id, ok: false, message });
    await page.locator(".journey-words", { hasText: `Not gone to iteration ${iteration}: ${message}` }).waitFor();
    assert.equal(await page.locator(".cursor").getAttribute("aria-valuenow"), "1805");
  }));

test("drawn aside and back to where the run stands, the cursor asks for nothing", () =>
  withCurves(paused(), async (inspector) => {
    const { page } = inspector;
    const box = (await page.locator(".cursor").boundingBox()) ?? assert.fail("no cursor");
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x - 200, y, { steps: 3 });
    await page.mouse.move(x + 30, y, { steps: 3 });
    await page.mouse.up();
    await inspector.settled();
    assert.equal(await questions(inspector, "goToIteration"), 0);
    assert.equal(await page.locator(".journey-words").textContent(), "");
  }));

test("a run that is not paused says in words why it stays", () =>
  withCurves(scenes.running(), async (inspector) => {
    const { page } = inspector;
    await page.locator(".cursor").focus();
    await page.keyboard.press("PageDown");
    await page.locator(".journey-words", { hasText: "The run cannot be taken to iteration 390" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Go to iteration" }).count(), 0);
    await page.keyboard.press("Enter");
    await page.locator(".journey-words", { hasText: /^Not gone to iteration 390: .*started with Train/ }).waitFor();
    assert.equal(await questions(inspector, "goToIteration"), 0);
  }));

test("marks stand on the axis and in a list; the arrow keys go through them, and one is the aim of a journey", () =>
  withCurves(paused(), async (inspector) => {
    const { page } = inspector;
    const marks = page.getByRole("toolbar", { name: "Marks on the axis" }).getByRole("button");
    const names = await marks.evaluateAll((all) => all.map((mark) => mark.getAttribute("aria-label")));
    assert.deepEqual(names, [
      "Iteration 31, breakpoint hit: Paused on breakpoint",
      "Iteration 640, breakpoint hit: Paused on breakpoint",
      names[2],
      "Iteration 1,210, data breakpoint hit: head.bias has changed: norm 0.31 → 0.33",
      "Iteration 1,500, finding: Exploding gradient: ‖∂L/∂w‖ = 12.4 is more than 10",
    ]);
    assert.match(names[2] ?? "", /^Iterations 900 to 911: 4 breakpoint hits; Iteration 900/);
    await marks.first().focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.locator(".journey-words", { hasText: "Back to the beginning of iteration 1,500" }).waitFor();
    await page.locator(".mark-row.chosen", { hasText: "Exploding gradient" }).waitFor();
    await page.getByRole("button", { name: "Go to iteration 1,500" }).click();
    assert.deepEqual((await asked(inspector, "goToIteration")).question.params, { iteration: 1500 });
  }));

test("a mark outside the range that is shown is brought into it from the list", () =>
  withCurves(paused(), async (inspector) => {
    const { page } = inspector;
    await page.locator(".stack").focus();
    await page.keyboard.press("End");
    await waitForRange(inspector, /^Iterations 1,445 to 1,805$/);
    await page.locator(".mark-list summary").click();
    await page.locator(".mark-row").first().getByRole("button").click();
    await waitForRange(inspector, /^Iterations 1 to 361$/);
    await page.getByRole("button", { name: "Stay" }).click();
    assert.equal(await page.locator(".over.aim:visible").count(), 0);
  }));

test("kept runs lie over the curves with a colour, a dash and a name each, and are switched off alone", () =>
  withCurves(
    paused(),
    async (inspector) => {
      const { page } = inspector;
      const { id, question } = await asked(inspector, "runCurves");
      assert.deepEqual(question.params, { ids: ["a", "b", "gone"] });
      const value = [kept("a", "learns slowly", 0.5), kept("b", "with momentum", 0.2)];
      await inspector.send({ type: "answer", id, ok: true, value });
      const legend = page.getByRole("list", { name: "Other runs" });
      await legend.getByRole("button", { name: "learns slowly" }).waitFor();
      await waitForRange(inspector, /^Iterations 1 to 2,400$/);
      assert.equal(
        await page.locator(".curves > .note").first().textContent(),
        "One chosen run is not there any more.",
      );
      const looks = await legend
        .locator("line")
        .evaluateAll((all) =>
          all.map((line) => `${line.getAttribute("stroke")} ${line.getAttribute("stroke-dasharray")}`),
        );
      assert.equal(new Set(looks).size, 2, looks.join(", "));
      const colour = looks[0].slice(0, looks[0].lastIndexOf(")") + 1);
      const drawn = await pixels(inspector, "Loss", colour);
      await legend.getByRole("button", { name: "learns slowly" }).click();
      await legend.getByRole("button", { name: "learns slowly", pressed: false }).waitFor();
      await inspector.settled();
      const left = await pixels(inspector, "Loss", colour);
      assert.ok(drawn > 300 && left === 0, `${drawn} pixels shown, ${left} hidden`);
      assert.equal(await questions(inspector, "runCurves"), 1);
    },
    { kept: { version: 1, ui: { overlay: ["a", "b", "gone"] } } },
  ));

test("runs that cannot be read are said to be so", () =>
  withCurves(
    paused(),
    async (inspector) => {
      const { id } = await asked(inspector, "runCurves");
      await inspector.send({ type: "answer", id, ok: false, message: "the folder of runs is gone" });
      await inspector.page
        .locator(".curves > .note", { hasText: "The other runs could not be read: the folder of runs is gone" })
        .waitFor();
    },
    { kept: { version: 1, ui: { overlay: ["a"] } } },
  ));

test("a new run is shown whole, whatever part of the last one was looked at", () =>
  withCurves(debugged(), async (inspector) => {
    const { page } = inspector;
    await page.locator(".stack").focus();
    await page.keyboard.press("+");
    await waitForRange(inspector, /302 to 1,503/);
    const { model, iterations } = debugged();
    if (model === null) assert.fail("no model");
    await inspector.send({ type: "events", events: [{ type: "started", model }] });
    await page.locator(".plot.blank:visible").waitFor();
    await inspector.send({ type: "events", events: [{ type: "iterations", records: iterations }] });
    await waitForRange(inspector, /^Iterations 1 to 1,804$/);
  }));

test("a plot is saved twice as fine, with the numbers of its axis", () =>
  withCurves(paused(), async (inspector) => {
    const { page } = inspector;
    const panel = page.locator("section.curves");
    const size = (await page.locator(".plot.loss canvas").boundingBox()) ?? assert.fail("no chart");
    await panel.locator(".save").click();
    await page.getByRole("menuitem", { name: "Loss as PNG" }).click();
    const { question } = await asked(inspector, "savePicture");
    const png = Buffer.from(String(question.params.data), "base64");
    // width and height stand at 16 and 20 in a PNG's header
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [2 * size.width, 2 * size.height]);
    const after = await page.locator(".plot.loss canvas").evaluate<number, { width: number }>(({ width }) => width);
    assert.equal(after, size.width, "on the page it is as before");
  }));

const widths = [1100, 560, 320];

for (const theme of themeNames) {
  test(`in the theme ${theme} the curves fit every width, and axe-core finds nothing`, async () => {
    await withCurves(
      paused(),
      async (inspector) => {
        const { page } = inspector;
        const { id } = await asked(inspector, "runCurves");
        const value = [kept("a", "learns slowly", 0.5), kept("b", "with momentum and a name that is long", 0.2)];
        await inspector.send({ type: "answer", id, ok: true, value });
        await page.locator(".mark-list summary").click();
        await page.locator(".mark-row").nth(1).getByRole("button").click();
        for (const width of widths) {
          await page.setViewportSize({ width, height: 1200 });
          await inspector.settled();
          assert.deepEqual(await page.evaluate(stickingOut), [], `${width} pixels`);
          assert.deepEqual(await audit(inspector, theme, "section.curves"), [], `${width} pixels`);
          const path = join(screenshotFolder, `curves-${theme}-${width}.png`);
          await page.locator("section.curves").screenshot({ path });
        }
      },
      { theme, kept: { version: 1, ui: { overlay: ["a", "b"] } } },
    );
  });
}

test("what the curves say at a stop is read out: the line of the journey and nothing that changes all the time", () =>
  withCurves(debugged(), async (inspector) => {
    const live = await inspector.page
      .locator(`section.curves > :not(.section-head) [role="status"]`)
      .evaluateAll((all) => all.map((element) => element.className));
    assert.deepEqual(live, ["journey-words"]);
    await inspector.send({ type: "events", events: [stoppedAt(1805, "breakpoint", "Paused on breakpoint")] });
    await inspector.settled();
    assert.equal(await inspector.page.locator(".journey-words").textContent(), "");
  }));

/** Of the curves, what is not within the page. */
const stickingOut = `(() => {
  const width = document.documentElement.clientWidth;
  return [...document.querySelectorAll("section.curves *")].flatMap((element) => {
    if (element.closest(".visually-hidden") !== null || !element.checkVisibility()) return [];
    const { left, right } = element.getBoundingClientRect();
    return left < -1 || right > width + 1 ? [element.className + " from " + left + " to " + right] : [];
  });
})()`;
