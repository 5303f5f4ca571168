// The page with the heatmap of time in sight, the questions it asks, and where its cells are.
import assert from "node:assert/strict";
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";
import type { Inspector } from "../browser.ts";

interface Asked {
  readonly type: "ask";
  readonly id: number;
  readonly question: { readonly name: string; readonly params: Readonly<Record<string, unknown>> };
}

/** The questions of this name so far, oldest first. */
export async function asked(inspector: Inspector, name: string): Promise<Asked[]> {
  const all = (await inspector.sent()) as { readonly type: string }[];
  return all
    .filter((message): message is Asked => message.type === "ask")
    .filter(({ question }) => question.name === name);
}

export async function newest(inspector: Inspector, name: string, count: number): Promise<Asked> {
  for (let i = 0; i < 100; i++) {
    const questions = await asked(inspector, name);
    if (questions.length >= count) return questions[count - 1];
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`the page has not asked "${name}" ${count} times`);
}

/** Answers the page's question of this name, the `count`-th there was. */
export async function answer(inspector: Inspector, name: string, value: unknown, count = 1): Promise<Asked> {
  const question = await newest(inspector, name, count);
  await inspector.send({ type: "answer", id: question.id, ok: true, value });
  await inspector.settled();
  return question;
}

export const section = 'section[aria-label="Gradient through time"]';

export async function show(inspector: Inspector, state: InspectorState): Promise<void> {
  await inspector.show(state);
  await inspector.page.locator(section).scrollIntoViewIfNeeded();
  await inspector.settled();
}

/** Where a timestep of a row is on the screen: from the page's own axis, so that a wrong one would show. */
export async function cell(
  inspector: Inspector,
  t: number,
  row = 0,
): Promise<{ readonly x: number; readonly y: number }> {
  const surface = inspector.page.locator(`${section} .time-surface`);
  const box = await surface.boundingBox();
  assert.ok(box !== null);
  // found by moving over the picture: the readout says what is under the pointer
  const readout = inspector.page.locator(`${section} .time-readout`);
  for (let y = box.y + 20 + row * 20; y < box.y + box.height; y += 8) {
    let [low, high] = [box.x, box.x + box.width];
    for (let i = 0; i < 24; i++) {
      const x = (low + high) / 2;
      await inspector.page.mouse.move(x, y);
      const found = /t = (\d+)/.exec((await readout.textContent()) ?? "");
      const at = found === null ? (x < box.x + box.width / 2 ? -1 : Number.POSITIVE_INFINITY) : Number(found[1]);
      if (at === t) return { x, y };
      if (at < t) low = x;
      else high = x;
    }
  }
  throw new Error(`t = ${t} is nowhere`);
}
