// The panel of the flow on a page in Chromium: how to open it, what to find in it, and what it has said to the host.
import assert from "node:assert/strict";
import { join } from "node:path";
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";
import { type Inspector, type InspectorBrowser, type OpenOptions, screenshotFolder } from "../browser.ts";

export const section = 'section[aria-label="Flow"]';

/** Opens a page with this state, and afterwards checks that it complained of nothing. */
export async function withFlow(
  browser: InspectorBrowser,
  state: InspectorState,
  run: (inspector: Inspector) => Promise<void>,
  options: OpenOptions = {},
): Promise<void> {
  const inspector = await browser.open(options);
  try {
    await show(inspector, state);
    await run(inspector);
    assert.deepEqual(inspector.complaints, []);
  } finally {
    await inspector.close();
  }
}

export async function show(inspector: Inspector, state: InspectorState): Promise<void> {
  await inspector.show(state);
  await inspector.page.locator(section).scrollIntoViewIfNeeded();
  await inspector.settled();
}

/** The button over the box whose name begins so. */
export function box({ page }: Inspector, name: string) {
  return page.locator(`${section} .flow-box-button[aria-label^="${name}"]`).first();
}

/** Classes of the drawing's box under a button, by the order in which both stand in the page. */
export async function classesOf({ page }: Inspector, name: string): Promise<string> {
  return page.evaluate<string>(`(() => {
    const buttons = [...document.querySelectorAll('${section} .flow-box-button')];
    const at = buttons.findIndex((button) => button.getAttribute("aria-label").startsWith(${JSON.stringify(name)}));
    return document.querySelectorAll('${section} .flow-box')[at]?.getAttribute("class") ?? "none";
  })()`);
}

export interface Strand {
  readonly classes: string;
  readonly width: number;
  readonly colour: string;
}

/** As they are drawn, in the order of the edges. */
export function strands({ page }: Inspector, name: "values" | "gradients"): Promise<Strand[]> {
  return page.evaluate<Strand[]>(`[...document.querySelectorAll('${section} .strand.${name}')].map((strand) => {
    const { strokeWidth, stroke } = getComputedStyle(strand.querySelector(".strand-line"));
    return { classes: strand.getAttribute("class"), width: Number.parseFloat(strokeWidth), colour: stroke };
  })`);
}

export async function textOf({ page }: Inspector, selector: string): Promise<string> {
  return ((await page.locator(`${section} ${selector}`).first().textContent()) ?? "").trim();
}

/** How many lines are seen; a straight one has no width, and one in a group that is not drawn counts as visible to the driver. */
export function seen({ page }: Inspector, name: "values" | "gradients"): Promise<number> {
  return page.evaluate<number>(`[...document.querySelectorAll('${section} .strand.${name}')].filter((strand) => {
    const { display, visibility } = getComputedStyle(strand);
    return display !== "none" && visibility === "visible";
  }).length`);
}

export interface Message {
  readonly type: string;
  readonly id: number;
  readonly file: string;
  readonly line: number;
  readonly question: { readonly name: string; readonly params: { readonly file: string; readonly line: number } };
}

export async function sent(inspector: Inspector, type: string): Promise<Message[]> {
  return ((await inspector.sent()) as Message[]).filter((message) => message.type === type);
}

/** Waits for the page's newest question of this name. */
export async function question(inspector: Inspector, name: string): Promise<Message> {
  for (let i = 0; i < 200; i++) {
    const found = (await sent(inspector, "ask")).filter((message) => message.question.name === name).at(-1);
    if (found !== undefined) return found;
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error(`the page has not asked "${name}"`);
}

export async function chosenLayer(inspector: Inspector): Promise<string | null> {
  return ((await inspector.kept()) as { readonly ui: { readonly layer: string | null } }).ui.layer;
}

/** Where a picture of the panel is kept. */
export function shot(name: string): string {
  return join(screenshotFolder, `flow-${name}.png`);
}

export const noBox = { x: 0, y: 0, width: 0, height: 0 };
