// The inspector page in Chromium: what it shows for each state, what it says to the host, what it keeps.
import assert from "node:assert/strict";
import { test } from "node:test";
import { initialState } from "../../src/protocol/inspector/inspector.ts";
import type { Inspector } from "./browser.ts";
import { checkLooks } from "./looks.ts";
import { pages } from "./pages.ts";
import { charRnn, failure, file, records, scenes } from "./runs.ts";

const withPage = pages();

/** Texts as a reader sees them, in one line each; only of what is visible. */
async function textsOf({ page }: Inspector, selector: string): Promise<string[]> {
  const texts = await page.evaluate<string[]>(
    `[...document.querySelectorAll(${JSON.stringify(selector)})].filter((e) => e.checkVisibility()).map((e) => e.innerText)`,
  );
  return texts.map((text) => text.replaceAll(/\s+/g, " ").trim());
}

/** The first of them. */
async function textOf(inspector: Inspector, selector: string): Promise<string> {
  const [text] = await textsOf(inspector, selector);
  assert.ok(text !== undefined, `nothing visible is ${selector}`);
  return text;
}

/** Labels of the visible buttons, and whether they can be pressed. */
async function buttons({ page }: Inspector): Promise<Record<string, boolean>> {
  const entries = await page.evaluate<[string, boolean][]>(
    `[...document.querySelectorAll("vscode-button")].filter((b) => b.checkVisibility()).map((b) => [b.textContent, !b.disabled])`,
  );
  return Object.fromEntries(entries);
}

/** Pixels of a canvas that have about the colour of a theme variable. */
function countPixels({ page }: Inspector, canvas: number, variable: string): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.querySelectorAll("canvas")[${canvas}];
    const probe = document.createElement("span");
    document.body.append(probe);
    probe.style.color = "var(--vscode-${variable})";
    const [r, g, b] = getComputedStyle(probe).color.match(/[0-9.]+/g).map(Number);
    probe.remove();
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] > 128 && Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 12) count++;
    }
    return count;
  })()`);
}

/** Different colours in the middle of the first row of the heatmap of time, greys apart. */
function heatColours({ page }: Inspector): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector(".time-figure canvas");
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 20, canvas.width, 1);
    const colours = new Set();
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b, a] = data.subarray(i, i + 4);
      if (a === 255 && Math.max(r, g, b) - Math.min(r, g, b) > 40) colours.add([r, g, b].join());
    }
    return colours.size;
  })()`);
}

test("before any run the page says what to do and offers to train", () =>
  withPage({}, async (inspector) => {
    await inspector.show(initialState);
    assert.deepEqual(await inspector.sent(), [{ type: "ready" }]);
    const words = await textOf(inspector, ".welcome");
    for (const command of ["Train Model", "Debug Training", "Open Example"]) {
      assert.match(words, new RegExp(`“Gradient Debugger: ${command}”`));
    }
    assert.deepEqual(await buttons(inspector), { Train: true, Debug: true });
    assert.equal(await inspector.page.locator("canvas:visible").count(), 0);
    await inspector.page.getByRole("button", { name: "Train" }).click();
    assert.deepEqual((await inspector.sent()).at(-1), { type: "command", command: "train" });
  }));

test("while a model is loaded the page says which", () =>
  withPage({}, async (inspector) => {
    await inspector.show(scenes.loading());
    assert.match(await textOf(inspector, ".loading"), /Loading char-rnn\.model\.ts/);
    assert.equal((await buttons(inspector)).Stop, true);
  }));

test("a training shows its numbers and curves, and cannot be stepped", () =>
  withPage({}, async (inspector) => {
    await inspector.show(scenes.running());
    assert.equal(await textOf(inspector, ".header h1"), "DigitsMLP");
    assert.equal(await textOf(inspector, ".status"), "Running");
    const facts = await textOf(inspector, ".facts");
    assert.match(
      facts,
      /Epoch 4 of 5 Iteration 400 of 625 Loss 0\.\d{3} Gradient norm 0\.\d{3} Learning rate 0\.002 Speed \d+ it\/s/,
    );
    assert.deepEqual(await buttons(inspector), {
      Pause: false,
      "Step Into": false,
      "Step Over": false,
      "Step Out": false,
      Stop: true,
    });
    assert.ok((await countPixels(inspector, 0, "charts-blue")) > 300, "loss curve");
    assert.ok((await countPixels(inspector, 0, "charts-orange")) > 40, "validation points");
    assert.ok((await countPixels(inspector, 1, "charts-purple")) > 300, "gradient curve");
    assert.match(await textOf(inspector, ".curve .legend"), /validation 0\.\d{3}, accuracy 92\.6 %/);
    assert.equal(await inspector.page.locator(".timesteps:visible").count(), 0, "an MLP has no timesteps");
  }));

test("at a pause in backward the phase, layer, timestep and operation are shown, and its line opens", () =>
  withPage({}, async (inspector) => {
    await inspector.show(scenes.pausedBackward());
    assert.match(await textOf(inspector, ".phase[aria-current=step]"), /^backward/);
    assert.equal(await inspector.page.locator(".phase.done").count(), 2);
    assert.equal(await textOf(inspector, ".place"), "rnn RNN t = 12 of 32 rnn step char-rnn.model.ts:12");
    // the loss is this iteration's already, the gradient norm still that of the one before
    assert.match(await textOf(inspector, ".facts"), /Loss 1\.23 Gradient norm 0\.\d+ at [\d,]+ /);
    await inspector.page.locator(".place-source").click();
    assert.deepEqual((await inspector.sent()).at(-1), { type: "reveal", file, line: 12 });
  }));

test("at a pause the step's equation is typeset, with the first numbers of every letter", () =>
  withPage({}, async (inspector) => {
    await inspector.show(scenes.pausedBackward());
    const equation = inspector.page.locator("section.equation");
    assert.equal(await equation.locator(".equation-line").count(), 3);
    assert.equal(await equation.locator(".katex-error").count(), 0);
    assert.match(await textOf(inspector, ".equation .section-note"), /rnn step · Elman 1990/);
    assert.equal(await equation.locator("figure").count(), 7);
    assert.equal(await equation.locator("figure").first().locator("td:not(.more)").count(), 16);
    assert.match(await textOf(inspector, ".equation .symbol-shape"), /\[16, 128\]/);
    await inspector.show(scenes.running());
    await equation.waitFor({ state: "hidden" });
  }));

test("every stepping button gives its command", () =>
  withPage({}, async (inspector) => {
    await inspector.show(scenes.pausedBackward());
    const expected = ["continue", "stepInto", "stepOver", "stepOut", "stop"];
    for (const name of ["Continue", "Step Into", "Step Over", "Step Out", "Stop"]) {
      const button = inspector.page.getByRole("button", { name, exact: true });
      assert.ok(
        (await inspector.page.locator("vscode-button:visible", { hasText: name }).getAttribute("title")) !== "",
      );
      await button.click();
    }
    const commands = ((await inspector.sent()) as { readonly type: string }[]).filter(({ type }) => type === "command");
    assert.deepEqual(
      commands,
      expected.map((command) => ({ type: "command", command })),
    );
  }));

test("timesteps that backward has not reached are told from those it has", () =>
  withPage({}, async (inspector) => {
    await inspector.show(scenes.pausedBackward());
    const cells = await inspector.page.locator(".time-figure tbody tr").allTextContents();
    assert.equal(cells.length, 32);
    assert.equal(cells[11], "11not reached yet");
    assert.match(cells[12], /^120\.00\d+$/);
    const halfDrawn = await heatColours(inspector);
    await inspector.show(scenes.pausedUpdate());
    const drawn = await heatColours(inspector);
    // a colour for each timestep that backward has come to, 20 of them at t = 12 and then 32; the cursor's edge may mix two more
    const both = `${halfDrawn} colours at t = 12, ${drawn} when done`;
    assert.ok(halfDrawn >= 10 && halfDrawn <= 22 && drawn >= halfDrawn + 8 && drawn <= 34, both);
    assert.match(
      await textOf(inspector, ".time-figure figcaption"),
      /From t = 31 back to t = 0 it shrinks by a factor of \d+\./,
    );
  }));

test("parameters show weights before and after, and their updates are judged in words", () =>
  withPage({}, async (inspector) => {
    await inspector.show(scenes.pausedUpdate());
    const rows = await textsOf(inspector, ".parameters tbody tr");
    assert.match(rows[0], /^embed\.weight \[65, 32\] 2\.61 → 2\.61 0\.185 0\.00291 0\.00112 ● healthy 0$/);
    assert.match(rows[2], /rnn\.weight_hh_l0 \[128, 128\].*▼ too small 0$/);
    assert.match(
      rows[3],
      /rnn\.bias_ih_l0 \[128\] 0\.761 → — not computed yet 0\.0430 — not computed yet — not computed yet/,
    );
    assert.match(await textOf(inspector, ".parameters tbody tr.current"), /^rnn\.weight_hh_l0/);
  }));

test("layers stand from input to output with both norms", () =>
  withPage({}, async (inspector) => {
    await inspector.show(scenes.running());
    const rows = await textsOf(inspector, ".layers tbody tr");
    assert.deepEqual(
      rows.map((text) => text.split(" ").slice(0, 2).join(" ")),
      ["net.0 Linear", "net.1 ReLU", "net.2 Linear", "net.3 ReLU", "net.4 Linear"],
    );
    const widths: number[] = await inspector.page.evaluate(
      `[...document.querySelectorAll(".layers .fill")].map((bar) => bar.getBoundingClientRect().width)`,
    );
    assert.ok(0 < widths[0] && widths[0] < widths[2] && widths[2] < widths[4], `bars ${widths.join(", ")}`);
    assert.equal(widths[1], 0, "ReLU has no parameters");
  }));

test("a layer can be shown alone and all of them again", () =>
  withPage({}, async (inspector) => {
    await inspector.show(scenes.large());
    const table = inspector.page.locator(".parameters");
    // of many rows only those in sight exist; the number counts all of them, and the head
    const counted = (count: number) => inspector.page.locator(`.parameters[aria-rowcount="${count + 1}"]`).waitFor();
    await counted(200);
    await inspector.page.locator(".layer-button").nth(3).click();
    await counted(4);
    assert.equal(await table.locator("tbody tr").count(), 4);
    await inspector.page.locator(".show-all").click();
    await counted(200);
  }));

test("a parameter that the editor asks for is brought into view, with those of its layer", () =>
  withPage({}, async (inspector) => {
    const state = scenes.large();
    await inspector.show(state);
    const { name, layer } = state.model?.parameters.at(-1) ?? { name: "", layer: "" };
    await inspector.send({ type: "show", parameter: "no.such.parameter" });
    await inspector.page.locator('.parameters[aria-rowcount="201"]').waitFor();
    await inspector.send({ type: "show", parameter: name });
    const asked = inspector.page.locator("tr.asked");
    await asked.waitFor();
    assert.equal(await asked.getAttribute("data-parameter"), name);
    const siblings = state.model?.parameters.filter((parameter) => parameter.layer === layer) ?? [];
    assert.equal(await inspector.page.locator(".parameters tbody tr").count(), siblings.length);
    const box = await asked.boundingBox();
    const height = await inspector.page.evaluate<number>("window.innerHeight");
    assert.ok(box !== null && box.y >= 0 && box.y + box.height <= height, `${box?.y} of ${height}`);
  }));

test("a failure shows its message, and its lines open", () =>
  withPage({}, async (inspector) => {
    await inspector.show(scenes.failed());
    const words = await textOf(inspector, "[role=alert]");
    assert.ok(words.includes(failure.message.replaceAll("\n", " ")), words);
    assert.match(words, /char-rnn\.model\.ts:14:15 in CharRNN\.forward char-rnn\.model\.ts:31:15 in step/);
    await inspector.page.locator("[role=alert] .link").first().click();
    assert.deepEqual((await inspector.sent()).at(-1), { type: "reveal", file, line: 14 });
    assert.deepEqual(await buttons(inspector), { Train: true, Debug: true });
  }));

test("a run that exploded shows NaN, not that nothing was computed", () =>
  withPage({}, async (inspector) => {
    await inspector.show(scenes.exploded());
    assert.match(await textOf(inspector, ".facts"), /Loss NaN Gradient norm NaN/);
    assert.match(await textOf(inspector, ".curve .note"), /since iteration 231/);
    const row = await textOf(inspector, ".parameters tbody tr");
    assert.match(
      row,
      /→ NaN NaN NaN NaN ✕ not finite 0 gradient norm from 0\.\d+ at iteration 200 to NaN at iteration 260$/,
    );
    assert.match(await textOf(inspector, ".time-figure figcaption"), /Not finite from t = 31 back to t = 0/);
  }));

test("events arrive in order and the page is redrawn at most about ten times a second", () =>
  withPage({}, async (inspector) => {
    await inspector.send({ type: "events", events: [{ type: "started", model: charRnn }] });
    await inspector.settled();
    const batches = records(charRnn, 400).map((record) => ({ type: "iterations", records: [record] }));
    const [draws, milliseconds] = await inspector.page.evaluate<[number, number]>(`(async () => {
      let draws = 0;
      const value = document.querySelectorAll(".fact-value")[1];
      new MutationObserver(() => draws++).observe(value, { childList: true, characterData: true, subtree: true });
      const start = performance.now();
      for (const batch of ${JSON.stringify(batches)}) {
        window.postMessage({ type: "events", events: [batch] }, "*");
        await new Promise((done) => setTimeout(done, 4));
      }
      return [draws, performance.now() - start];
    })()`);
    await inspector.settled();
    assert.match(await textOf(inspector, ".facts"), /Iteration 400 of 3,600/);
    assert.ok(draws >= 3 && draws <= milliseconds / 100 + 1, `${draws} draws in ${milliseconds} ms`);
  }));

test("messages that are none are ignored", () =>
  withPage({}, async (inspector) => {
    await inspector.show(scenes.pausedBackward());
    const unknown = { type: "events", events: [{ type: "telepathy", wave: 1 }] };
    for (const noise of ["hello", 7, null, { type: "hydrate" }, { type: "reload" }, unknown])
      await inspector.sendRaw(noise);
    await inspector.settled();
    assert.equal(await textOf(inspector, ".header h1"), "CharRNN");
  }));

test("after the tab was hidden the page shows at once what it had, with the choices made", async () => {
  let kept: unknown;
  await withPage({ height: 500 }, async (inspector) => {
    await inspector.show(scenes.pausedBackward());
    await inspector.page.locator("vscode-checkbox").first().click();
    await inspector.page.locator(".layer-button", { hasText: "head" }).click();
    await inspector.settled();
    await inspector.page.evaluate("window.scrollTo(0, 220)");
    await inspector.settled();
    await inspector.page.evaluate("window.dispatchEvent(new Event('pagehide'))");
    kept = await inspector.kept();
  });
  await withPage({ height: 500, kept }, async (inspector) => {
    await inspector.settled();
    assert.match(await textOf(inspector, ".place"), /t = 12 of 32/);
    assert.equal(await inspector.page.locator("vscode-checkbox").first().getAttribute("aria-checked"), "true");
    assert.equal(await inspector.page.locator(".parameters tbody tr").count(), 2);
    assert.equal(await inspector.page.evaluate("Math.round(window.scrollY)"), 220);
    assert.ok((await countPixels(inspector, 0, "charts-blue")) > 300, "loss curve");
  });
});

test("after the window was reloaded the last run stays visible but is not shown as running", async () => {
  let kept: unknown;
  await withPage({}, async (inspector) => {
    await inspector.show(scenes.running());
    await inspector.page.evaluate("window.dispatchEvent(new Event('pagehide'))");
    kept = await inspector.kept();
  });
  await withPage({ kept }, async (inspector) => {
    await inspector.show(initialState);
    assert.equal(await textOf(inspector, ".status"), "Idle");
    assert.match(await textOf(inspector, ".notice.last"), /last run/);
    assert.match(await textOf(inspector, ".facts"), /Iteration 400 of 625/);
  });
});

test("what another version kept is forgotten", () =>
  withPage({ kept: { version: 0, ui: 3, state: "{" } }, async (inspector) => {
    await inspector.settled();
    assert.equal(await textOf(inspector, ".header h1"), "Gradient Inspector");
    await inspector.show(initialState);
    assert.match(await textOf(inspector, ".welcome"), /No run yet/);
  }));

test("charts take the colours of another theme when it changes", () =>
  withPage({ theme: "dark" }, async (inspector) => {
    await inspector.show(scenes.running());
    await inspector.setTheme("light");
    assert.ok((await countPixels(inspector, 0, "charts-blue")) > 300, "loss curve in the light theme's blue");
    assert.ok((await countPixels(inspector, 1, "charts-purple")) > 300, "gradient curve in the light theme's purple");
  }));

test("the policy lets no inline script run", async () => {
  const inspector = await withPage.browser().open();
  try {
    await inspector.page.evaluate(`(() => {
      const script = document.createElement("script");
      script.textContent = "window.broken = true";
      document.body.append(script);
      const image = document.createElement("img");
      image.src = "http://127.0.0.1:9/pixel.png";
      document.body.append(image);
    })()`);
    await inspector.settled();
    assert.equal(await inspector.page.evaluate("window.broken"), undefined);
    for (const directive of ["script-src-elem", "img-src"]) {
      assert.ok(
        inspector.complaints.some((text) => text.includes(`policy violated: ${directive}`)),
        directive,
      );
    }
  } finally {
    await inspector.close();
  }
});

checkLooks(withPage.browser);
