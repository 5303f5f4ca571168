// Pictures of the page as files, in Chromium: SVG with the theme's colours in it, PNG, and the menu that offers both.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PNG } from "pngjs";
import type { Inspector } from "./browser.ts";
import { everyView } from "./everyView.ts";
import { pages } from "./pages.ts";
import { scenes } from "./runs.ts";

const withPage = pages();

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

test("a table in colours is saved with all its cells and words, scrolled out of sight or not", () => {
  const { state, ...options } = everyView.confusion;
  return withPage({ ...options, answers: { savePicture: () => ({ saved: true }) } }, async (inspector) => {
    const { page } = inspector;
    await inspector.show(state());
    const panel = page.locator("#panel-confusion");
    const cells = await panel.locator("table.confusion").locator("th, td").allTextContents();
    await panel.locator(".confusion-box").evaluate((box) => {
      box.style.maxHeight = "120px";
      box.scrollTo(0, 60);
    });
    await panel.locator(".save").click();
    await panel.getByRole("menuitem", { name: "confusion as SVG" }).click();
    await panel.locator(".save-said", { hasText: "saved" }).waitFor();
    const sent = (await inspector.sent()) as { type: string; question: { name: string; params: Saved } }[];
    const { data } = sent.filter(({ type }) => type === "ask").at(-1)?.question.params ?? assert.fail("nothing asked");
    const words = [...data.matchAll(/<text [^>]*y="([\d.]+)"[^>]*>([^<]*)</g)];
    assert.deepEqual(
      words.map(([, , word]) => word),
      cells,
    );
    const lines = new Set(words.map(([, y]) => Math.round(Number(y))));
    assert.ok(lines.size >= 11, `a head and ten rows at places of their own, not ${lines.size}`);
    assert.equal(await panel.locator(".confusion-box").evaluate((box) => box.scrollTop), 60);
  });
});

for (const [name, whole] of Object.entries(everyView)) {
  test(`every picture of the page "${name}" is saved as what is seen, in both formats`, () => {
    const answers = { ...whole.answers, savePicture: () => ({ saved: true }) };
    return withPage({ ...whole, answers, height: 3000 }, async (inspector) => {
      const { page } = inspector;
      await inspector.show(whole.state());
      const menus = page.locator(".save:visible");
      for (let menu = 0; menu < (await menus.count()); menu++) {
        await menus.nth(menu).click();
        const items = await page.locator(".save-menu:visible button").count();
        await page.keyboard.press("Escape");
        for (let item = 0; item < items; item++) {
          await menus.nth(menu).click();
          await page.locator(".save-menu:visible button").nth(item).click();
          await page
            .locator(".save-said", { hasText: /^saved$/ })
            .first()
            .waitFor();
        }
      }
      const saved = ((await inspector.sent()) as { type: string; question: { name: string; params: Saved } }[])
        .filter(({ type, question }) => type === "ask" && question.name === "savePicture")
        .map(({ question }) => question.params);
      assert.ok(saved.length >= 2, `${saved.length} pictures`);
      for (const picture of saved) checkPicture(picture);
    });
  });
}

interface Saved {
  readonly name: string;
  readonly format: "svg" | "png";
  readonly data: string;
}

function checkPicture({ name, format, data }: Saved): void {
  if (format === "svg") {
    assert.match(data, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/, name);
    assert.doesNotMatch(data, /var\(|color-mix|class="/, `${name}: a program without the style sheet reads it too`);
    return;
  }
  const { width, height, data: pixels } = PNG.sync.read(Buffer.from(data, "base64"));
  const colours = new Set<number>();
  for (let i = 0; i < pixels.length; i += 4) colours.add(pixels.readUInt32BE(i));
  assert.ok(width > 20 && height > 10 && colours.size > 2, `${name}: ${width} × ${height}, ${colours.size} colours`);
}

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
