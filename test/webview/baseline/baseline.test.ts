// Every view in every theme, wide and narrow, against the pictures in pictures/. After a change that is meant:
// `BASELINE=write npm run test:unit -- baseline` makes them anew; look at them before they are committed.
import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PNG } from "pngjs";
import { themeNames } from "../audit.ts";
import { type Inspector, type InspectorBrowser, screenshotFolder, startBrowser } from "../browser.ts";
import { everyView, type WholePage } from "../everyView.ts";
import { scenes } from "../runs.ts";
import { baselineFolder, compareWithBaseline, cropped, differenceOf, writing } from "./compare.ts";
import { palettePng } from "./palettePng.ts";

/** Pixels; from the one to the other the layout changes in all its ways. */
const widths = { wide: 1000, narrow: 320 } as const;
/** Longer panels are cut here: a table's hundredth row tells nothing new. */
const longest = 700;

interface Shot extends WholePage {
  /** What of the page is kept, by the name of its picture. */
  readonly parts: Readonly<Record<string, string>>;
}

const panel = (id: string) => `#panel-${id}`;
const shots: readonly Shot[] = [
  { state: scenes.idle, parts: { welcome: ".page" } },
  { state: scenes.failed, parts: { failure: ".failure" } },
  {
    ...everyView.text,
    parts: {
      top: ".header",
      position: ".position",
      equation: panel("equation"),
      "flow-recurrent": panel("flow"),
      curves: panel("curves"),
      runs: panel("runs"),
      text: panel("text"),
      layers: panel("layers"),
      time: panel("time"),
      parameters: panel("parameters"),
      tensor: ".weights-tensor",
    },
  },
  { ...everyView.confusion, parts: { facts: ".facts", confusion: panel("confusion") } },
  { ...everyView.surface, parts: { flow: panel("flow"), surface: panel("surface") } },
  { ...everyView.unavailable, parts: { "at-play": panel("at-play"), "curves-marked": panel("curves") } },
];

let browser: InspectorBrowser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.close());

/** The whole page as one picture. Panels out of sight are drawn too, because all of it is in sight. */
async function pictureOf({ page, settled }: Inspector, width: number): Promise<PNG> {
  const height = await page.evaluate<number>("document.documentElement.scrollHeight");
  const size = page.viewportSize();
  if (size?.width !== width || size.height !== height) {
    await page.setViewportSize({ width, height });
    await settled();
  }
  return PNG.sync.read(await page.screenshot());
}

/** What is wrong with the parts of a page. */
async function compareParts({ page }: Inspector, { parts }: Shot, picture: PNG, ending: string): Promise<string[]> {
  const wrong: string[] = [];
  for (const [name, selector] of Object.entries(parts)) {
    const box = await page.locator(selector).boundingBox();
    assert.ok(box !== null && box.height > 0, `${selector} is not there`);
    const part = cropped(picture, box.x, box.y, box.width, Math.min(longest, box.height));
    wrong.push(...[compareWithBaseline(`${name}-${ending}`, part, screenshotFolder)].filter((text) => text !== null));
  }
  return wrong;
}

for (const shot of shots) {
  for (const [widthName, width] of Object.entries(widths)) {
    test(`as they did look, ${widthName}, in every theme: ${Object.keys(shot.parts).join(", ")}`, async () => {
      const wrong: string[] = [];
      const inspector = await browser.open({ ...shot, theme: themeNames[0], width });
      try {
        await inspector.show(shot.state());
        for (const theme of themeNames) {
          await inspector.setTheme(theme);
          const picture = await pictureOf(inspector, width);
          wrong.push(...(await compareParts(inspector, shot, picture, `${theme}-${widthName}`)));
        }
      } finally {
        await inspector.close();
      }
      assert.deepEqual(wrong, [], "see test/webview/screenshots; if this is meant, run with BASELINE=write");
    });
  }
}

test("every panel of the page has its picture, and there is no picture of nothing", async () => {
  const inspector = await browser.open();
  try {
    const panels = await inspector.page.evaluate<string[]>(
      `[...document.querySelectorAll(".panels > section")].map(({ id }) => "#" + id)`,
    );
    const shown = shots.flatMap(({ parts }) => Object.values(parts));
    assert.deepEqual(
      panels.filter((id) => !shown.includes(id)),
      [],
    );
    const names = shots.flatMap(({ parts }) => Object.keys(parts));
    const expected = names.flatMap((name) =>
      themeNames.flatMap((theme) => Object.keys(widths).map((width) => `${name}-${theme}-${width}.png`)),
    );
    const files = readdirSync(baselineFolder);
    const stale = files.filter((file) => !expected.includes(file));
    if (writing) for (const file of stale) rmSync(join(baselineFolder, file));
    else assert.deepEqual(stale, []);
  } finally {
    await inspector.close();
  }
});

/** A picture of the page in which something is changed by hand, against the page as it is. */
async function afterChange(change: string): Promise<string | null> {
  const inspector = await browser.open({ ...everyView.text, width: widths.wide });
  try {
    await inspector.show(everyView.text.state());
    const panelNow = async (): Promise<PNG> => {
      const picture = await pictureOf(inspector, widths.wide);
      const box = await inspector.page.locator(panel("layers")).boundingBox();
      assert.ok(box !== null);
      return cropped(picture, box.x, box.y, box.width, box.height);
    };
    const untouched = await panelNow();
    await inspector.page.evaluate(change);
    return differenceOf(untouched, await panelNow()).problem;
  } finally {
    await inspector.close();
  }
}

test("a page that is drawn twice looks the same", async () => {
  assert.equal(await afterChange("null"), null);
});

const damages: Readonly<Record<string, string>> = {
  "a table that has slipped by three pixels": `document.querySelector(".layers").style.transform = "translateX(3px)"`,
  "bars in another colour": `document.body.style.setProperty("--gradient", "#c04040")`,
  "a word that is gone": `document.querySelector("#panel-layers .layer-button").style.visibility = "hidden"`,
  "a panel that is taller": `document.querySelector("#panel-layers").style.paddingBottom = "40px"`,
  "larger letters": `document.querySelector(".layers").style.fontSize = "14px"`,
};

for (const [what, change] of Object.entries(damages)) {
  test(`the comparison sees ${what}`, async () => {
    assert.notEqual(await afterChange(change), null);
  });
}

test("a picture that was kept comes back as it was", () => {
  const picture = new PNG({ width: 70, height: 50 });
  for (let i = 0; i < picture.data.length; i++) picture.data[i] = i % 4 === 3 ? 255 : (i * i) % 251;
  const back = PNG.sync.read(palettePng(picture));
  assert.deepEqual([back.width, back.height], [70, 50]);
  assert.equal(differenceOf(picture, back).problem, null);
  const largest = picture.data.reduce((most, value, i) => Math.max(most, Math.abs(value - back.data[i])), 0);
  // 3500 colours that have little in common: two bits a channel are steps of 85
  assert.ok(largest <= 43, `${largest}`);
});

test("the comparison does not mind a shade that no eye sees", () => {
  const make = (noise: number): PNG => {
    const picture = new PNG({ width: 60, height: 60 });
    for (let i = 0; i < picture.data.length; i++)
      picture.data[i] = i % 4 === 3 ? 255 : 120 + (((i * 7919) % 5) - 2) * noise;
    return picture;
  };
  assert.equal(differenceOf(make(0), make(3)).problem, null);
});
