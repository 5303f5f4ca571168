// The frame of the page in Chromium: panels out of sight wait, fold, are jumped to, and save their pictures.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PNG } from "pngjs";
import { type Inspector, type InspectorBrowser, type OpenOptions, startBrowser } from "./browser.ts";
import { mlp, records, scenes } from "./runs.ts";

let browser: InspectorBrowser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.close());

async function withPage(options: OpenOptions, run: (inspector: Inspector) => Promise<void>): Promise<void> {
  const inspector = await browser.open(options);
  try {
    await run(inspector);
    assert.deepEqual(inspector.complaints, []);
  } finally {
    await inspector.close();
  }
}

/** Titles of the list that one jumps from. */
const jumps = ({ page }: Inspector): Promise<string[]> => page.locator(".jump-to").allTextContents();

/** Puts a picture into the last panel, as a view does, and has the page drawn once more. */
async function addPicture(inspector: Inspector, html: string): Promise<void> {
  await inspector.page.evaluate(`(() => {
    const box = document.createElement("div");
    box.innerHTML = ${JSON.stringify(html)};
    [...document.querySelectorAll(".panels > section")].at(-1).append(box);
  })()`);
  await inspector.show(scenes.running());
}

/** Saves the picture of the last panel in a format, and gives what the page has asked the window to write. */
async function save(
  inspector: Inspector,
  format: "PNG" | "SVG",
): Promise<{ name: string; format: string; data: string }> {
  const { page } = inspector;
  const panel = page.locator(".panels > section").last();
  await panel.locator(".save").click();
  await panel.getByRole("menuitem", { name: `drawing as ${format}` }).click();
  await page.waitForFunction(`window.standIn.sent.some(({ type }) => type === "ask")`);
  const asked = (await inspector.sent()) as { type: string; id: number; question: { name: string; params: never } }[];
  const { id, question } = asked.filter(({ type }) => type === "ask").at(-1) ?? { id: -1, question: undefined };
  assert.equal(question?.name, "savePicture");
  await inspector.send({ type: "answer", id, ok: true, value: { saved: true } });
  await panel.locator(".save-said", { hasText: "saved" }).waitFor();
  return question?.params ?? assert.fail("nothing was asked");
}

test("while news keep coming a panel out of sight is left alone, and drawn as soon as it is scrolled to", () =>
  withPage({ height: 500 }, async (inspector) => {
    const { page } = inspector;
    await inspector.show(scenes.running());
    const [drawnInSight, drawnBelow, atTheEnd, afterScroll] = await page.evaluate<number[]>(`(async () => {
      const drawings = (selector) => {
        const counter = { count: 0 };
        const seen = () => counter.count++;
        new MutationObserver(seen).observe(document.querySelector(selector), { subtree: true, childList: true, characterData: true, attributes: true });
        return counter;
      };
      const above = drawings('section[aria-label="Loss"]');
      const below = drawings('section[aria-label="Parameters"]');
      const batches = ${JSON.stringify(Array.from({ length: 10 }, (_, i) => ({ ...scenes.running().statistics, iteration: 410 + i })))};
      for (const report of batches) {
        const records = ${JSON.stringify(records(mlp, 420).slice(400))}.slice(0, report.iteration - 400);
        window.postMessage({ type: "events", events: [{ type: "iterations", records }, { type: "statistics", report }] }, "*");
        await new Promise((done) => setTimeout(done, 60));
      }
      const counts = [above.count, below.count];
      // With nothing more to come it catches up by itself.
      while (document.querySelector("[data-behind]")) await new Promise((done) => setTimeout(done, 20));
      counts.push(below.count);
      window.postMessage({ type: "events", events: [{ type: "statistics", report: { ...batches[9], iteration: 500 } }] }, "*");
      await new Promise((done) => setTimeout(done, 120));
      document.querySelector('section[aria-label="Parameters"]').scrollIntoView();
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      counts.push(below.count);
      return counts;
    })()`);
    assert.ok(drawnInSight >= 3, `${drawnInSight} drawings in sight`);
    assert.equal(drawnBelow, 0, "drawings out of sight while news keep coming");
    assert.ok(atTheEnd > 0, "nothing was drawn when nothing more came");
    assert.ok(afterScroll > atTheEnd, "nothing was drawn after scrolling");
    assert.match(
      (await page.locator('section[aria-label="Parameters"] .section-note').textContent()) ?? "",
      /iteration 500/,
    );
  }));

test("a folded panel keeps its heading alone, is not drawn, and is folded again on the next page", async () => {
  let kept: unknown;
  await withPage({}, async (inspector) => {
    await inspector.show(scenes.running());
    const panel = inspector.page.locator('section[aria-label="Parameters"]');
    const fold = panel.getByRole("button", { name: "Parameters", exact: true });
    const open = (await panel.boundingBox())?.height ?? 0;
    await fold.click();
    await inspector.settled();
    const closed = (await panel.boundingBox())?.height ?? 0;
    assert.ok(closed > 20 && closed < 60 && open > 2 * closed, `${open} pixels open, ${closed} folded`);
    assert.equal(await fold.getAttribute("aria-expanded"), "false");
    assert.equal(await panel.locator("tbody tr:visible").count(), 0);
    await inspector.page.evaluate("window.dispatchEvent(new Event('pagehide'))");
    kept = await inspector.kept();
  });
  await withPage({ kept }, async (inspector) => {
    await inspector.show(scenes.pausedUpdate());
    const panel = inspector.page.locator('section[aria-label="Parameters"]');
    assert.equal(await panel.locator("tbody tr").count(), 0, "rows were made for nobody");
    await panel.getByRole("button", { name: "Parameters", exact: true }).click();
    await panel.locator("tbody tr.current", { hasText: "rnn.weight_hh_l0" }).waitFor();
  });
});

test("the list of panels has those that are there, and a key or a click goes to one", () =>
  withPage({ height: 500 }, async (inspector) => {
    const { page } = inspector;
    await inspector.show(scenes.idle());
    assert.equal(await page.locator(".jump:visible").count(), 0, "before a run there is nowhere to go");
    await inspector.show(scenes.running());
    const running = await jumps(inspector);
    assert.ok(running.includes("Parameters") && !running.includes("Time"), `an MLP has ${running}`);
    await inspector.show(scenes.pausedBackward());
    assert.ok((await jumps(inspector)).includes("Time"), "a recurrent layer has timesteps");

    const top = (): Promise<number> =>
      page.evaluate(`(() => {
        const below = document.querySelector(".header").getBoundingClientRect().bottom;
        return document.querySelector('section[aria-label="Parameters"]').getBoundingClientRect().top - below;
      })()`);
    await page.locator(".jump-to").first().focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await inspector.settled();
    const room = await page.evaluate<number>(
      "document.documentElement.scrollHeight - window.innerHeight - window.scrollY",
    );
    assert.ok(room < 1 || (await top()) < 20, "the panel is below the header, or the page at its end");
    assert.ok((await top()) >= 0, "the header hides its beginning");
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Parameters");
    assert.equal(await page.locator(".jump-to[tabindex='0']").count(), 1, "one stop for the Tab key");
  }));

test("an SVG is saved with the colours of the theme and a ground, whatever program reads it", () =>
  withPage({ theme: "dark" }, async (inspector) => {
    const circle = `<circle cx="20" cy="20" r="10" class="save-said" fill="var(--vscode-charts-blue)"/>`;
    await addPicture(
      inspector,
      `<svg data-picture="drawing" role="img" aria-label="A blue dot" width="80" height="40" viewBox="0 0 80 40">${circle}<text x="40" y="24">dot</text></svg>`,
    );
    // a style attribute of markup is against the policy, an object's style is not
    await inspector.page.evaluate(
      `document.querySelector("[data-picture] circle").style.fill = "color-mix(in srgb, var(--vscode-charts-blue) 50%, transparent)"`,
    );
    const { name, format, data } = await save(inspector, "SVG");
    assert.deepEqual([name, format], ["drawing", "svg"]);
    assert.match(data, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert.match(data, /<title>A blue dot<\/title>/);
    assert.match(data, /<rect [^>]*fill="rgb\(31, 31, 31\)"/, "the ground is #1f1f1f");
    // #59a4f9 at half of its strength
    assert.match(data, /<circle [^>]*fill="rgb\((89|90|88), (164|163|165), (249|248|250)\)"[^>]*fill-opacity="0\.50?/);
    assert.ok(!data.includes("var(") && !data.includes("class="), data);
  }));

test("an SVG becomes a PNG of twice its size", () =>
  withPage({ theme: "light" }, async (inspector) => {
    await addPicture(
      inspector,
      `<svg data-picture="drawing" role="img" aria-label="A square" width="80" height="40"><rect width="40" height="40" fill="#ff0000"/></svg>`,
    );
    const { format, data } = await save(inspector, "PNG");
    assert.equal(format, "png");
    const { width, height, data: pixels } = PNG.sync.read(Buffer.from(data, "base64"));
    assert.deepEqual([width, height], [160, 80]);
    assert.deepEqual([...pixels.subarray(0, 4)], [255, 0, 0, 255]);
    assert.deepEqual([...pixels.subarray(4 * 159, 4 * 160)], [255, 255, 255, 255], "the ground of the light theme");
  }));

test("a canvas is saved on the theme's ground, as PNG and inside an SVG", () =>
  withPage({ theme: "dark" }, async (inspector) => {
    await addPicture(
      inspector,
      `<canvas data-picture="drawing" role="img" aria-label="A square" width="40" height="20"></canvas>`,
    );
    await inspector.page.evaluate(`(() => {
      const context = document.querySelector("canvas[data-picture=drawing]").getContext("2d");
      context.fillStyle = "#00ff00";
      context.fillRect(0, 0, 20, 20);
    })()`);
    const png = PNG.sync.read(Buffer.from((await save(inspector, "PNG")).data, "base64"));
    assert.deepEqual([png.width, png.height], [80, 40]);
    assert.deepEqual([...png.data.subarray(0, 4)], [0, 255, 0, 255]);
    assert.deepEqual([...png.data.subarray(4 * 79, 4 * 80)], [31, 31, 31, 255]);
    const svg = (await save(inspector, "SVG")).data;
    assert.match(
      svg,
      /<svg [^>]*viewBox="0 0 40 20"[^>]*><title>A square<\/title><image [^>]*href="data:image\/png;base64,/,
    );
  }));

test("the menu of pictures is used with the keyboard alone, and closes with Escape", () =>
  withPage({}, async (inspector) => {
    const { page } = inspector;
    await addPicture(
      inspector,
      `<canvas data-picture="drawing" role="img" aria-label="A square" width="40" height="20"></canvas>`,
    );
    const panel = page.locator(".panels > section").last();
    await panel.locator(".save").focus();
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.evaluate("document.activeElement.textContent"), "drawing as PNG");
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.evaluate("document.activeElement.textContent"), "drawing as SVG");
    await page.keyboard.press("Escape");
    assert.equal(await panel.locator(".save-menu:visible").count(), 0);
    assert.equal(await page.evaluate("document.activeElement.className"), "save");
  }));
