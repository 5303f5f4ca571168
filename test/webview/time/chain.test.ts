// The Jacobian product over the heatmap of time: real runs, paused in backward, whose own answers the page has to show.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ChainReport } from "../../../src/protocol/inspector/chain.ts";
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";
import type { SequenceReport } from "../../../src/protocol/inspector/time.ts";
import { chain } from "../../../src/runtime/inspect/chain/chain.ts";
import { sequenceReport } from "../../../src/runtime/inspect/time/sequence.ts";
import { formatNumber } from "../../../webview/format.ts";
import { Played } from "../../runtime/inspect/flow/played.ts";
import { type Inspector, type InspectorBrowser, startBrowser } from "../browser.ts";

const length = 14;
const path = "rnn";
const section = 'section[aria-label="Gradient through time"]';

/** Sequences of characters' numbers; the layer is 6 wide, or 3 in each direction. */
function modelFile(layer: string): string {
  const tokens = `Array.from({ length: ${length} }, () => random.integer(9))`;
  return `import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";
class Model extends nn.Module {
  embed = new nn.Embedding(9, 4);
  rnn = ${layer};
  head = new nn.Linear(6, 9);

  forward(tokens: Tensor): Tensor {
    const [h] = this.rnn.forward(this.embed.forward(tokens));
    return this.head.forward(h);
  }
}
export default defineTraining({
  model: () => new Model(),
  data: data.generate((random) => ({ input: ${tokens}, target: ${tokens} }), { samples: 24, batchSize: 4, inputType: "int", targetType: "int" }),
  loss: F.crossEntropy,
  optimizer: (parameters) => optim.adam(parameters),
  seed: 4,
});
`;
}

const layers = {
  RNN: { layer: "new nn.RNN(4, 6)", parts: 1, gates: 0 },
  "LSTM of two levels": { layer: "new nn.LSTM(4, 6, { numLayers: 2 })", parts: 2, gates: 4 },
  "bidirectional GRU": { layer: "new nn.GRU(4, 3, { bidirectional: true })", parts: 2, gates: 3 },
};

interface Pause {
  readonly state: InspectorState;
  readonly sequence: SequenceReport;
  readonly chain: ChainReport;
}

/** Stops at the end of the second iteration's backward, and asks the run. */
async function pause(source: string, sample: number): Promise<Pause> {
  const pauses: Pause[] = [];
  await Played.train(source, {
    script: ({ iteration, phase, state, run }) => {
      if (pauses.length > 0) return null;
      // the stop before the update's first: everything of backward is known
      if (iteration === 2 && phase === "update") {
        pauses.push(
          run.engine.noGrad(() => ({ state, sequence: sequenceReport(run, sample), chain: chain(run, path, sample) })),
        );
        return null;
      }
      return iteration < 2 ? { goTo: 2 } : "stepOut";
    },
  });
  assert.equal(pauses.length, 1);
  return pauses[0];
}

interface Asked {
  readonly type: string;
  readonly id: number;
  readonly question: { readonly name: string };
}

/** Answers the newest question of this name. */
async function answer(inspector: Inspector, name: string, value: unknown): Promise<void> {
  for (let i = 0; i < 250; i++) {
    const asked = ((await inspector.sent()) as Asked[]).filter(
      ({ type, question }) => type === "ask" && question.name === name,
    );
    const last = asked.at(-1);
    if (last !== undefined) {
      await inspector.send({ type: "answer", id: last.id, ok: true, value });
      return inspector.settled();
    }
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`the page has not asked for ${name}`);
}

/** The page with the heatmap of this pause and the Jacobians over it. */
async function shown(inspector: Inspector, { state, sequence, chain }: Pause): Promise<void> {
  await inspector.show(state);
  await inspector.page.locator(section).scrollIntoViewIfNeeded();
  await inspector.settled();
  await answer(inspector, "sequence", sequence);
  await inspector.page.locator(`${section} .time-button`, { hasText: "How far back" }).click();
  await answer(inspector, "chain", chain);
}

let browser: InspectorBrowser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.close());

describe("‖∂h_T/∂h_t‖ over the heatmap", { concurrency: false }, () => {
  for (const [kind, { layer, parts, gates }] of Object.entries(layers)) {
    test(`of an ${kind} has the numbers of the run, timestep by timestep, with all of its gates`, async () => {
      const found = await pause(modelFile(layer), 0);
      assert.equal(found.chain.parts.length, parts);
      const inspector = await browser.open();
      try {
        await shown(inspector, found);
        if (gates > 0) await inspector.page.locator(`${section} vscode-checkbox`, { hasText: "Gates" }).click();
        await inspector.settled();
        const heads = await inspector.page.locator(`${section} thead th`).allTextContents();
        const rows = await inspector.page.evaluate<string[][]>(
          `[...document.querySelectorAll('${section} tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))`,
        );
        assert.equal(rows.length, length);
        const isLstm = gates === 4;
        for (const [p, part] of found.chain.parts.entries()) {
          assert.equal(part.gates.length, gates);
          const width = 2 + (gates === 0 ? 0 : gates + 1 + Number(isLstm));
          const from = 2 + p * width;
          assert.match(heads[from], /‖∂L\/∂h_t‖$/);
          assert.match(heads[from + 1], /‖∂h_T\/∂h_t‖$/);
          const reported = found.state.statistics?.timesteps[p].gradNorms ?? [];
          for (const { t, jacobianNorm, cellNorm, keptNorm, gateNorms } of part.timesteps) {
            const paths = gates === 0 ? [] : [...(isLstm ? [cellNorm] : []), keptNorm, ...gateNorms];
            assert.deepEqual(
              rows[t].slice(from, from + width),
              [reported[t] ?? null, jacobianNorm, ...paths].map((x) =>
                x === null ? "not reached yet" : formatNumber(x),
              ),
              `${part.name}, t = ${t}`,
            );
          }
        }
        const name = kind.replaceAll(" ", "-");
        await inspector.page.locator(section).screenshot({ path: `test/webview/screenshots/time-chain-${name}.png` });
        assert.deepEqual(inspector.complaints, []);
      } finally {
        await inspector.close();
      }
    });
  }

  test("is drawn on a logarithmic axis at the height of each of its numbers", async () => {
    const found = await pause(modelFile(layers.RNN.layer), 2);
    const inspector = await browser.open();
    try {
      await shown(inspector, found);
      const heights = await inspector.page.evaluate<(number | null)[]>(lineHeights);
      const norms = found.chain.parts[0].timesteps.map(({ jacobianNorm }) => Math.log10(jacobianNorm));
      const seen = heights.flatMap((y, t) => (y === null ? [] : [{ t, y }]));
      assert.ok(seen.length >= length - 2, `the line is seen at ${seen.length} of ${length} timesteps`);
      // pixels per decade from the ends, and every point in between upon that scale
      const [first, last] = [seen[0], seen[seen.length - 1]];
      const slope = (last.y - first.y) / (norms[last.t] - norms[first.t]);
      assert.ok(slope < -5, `${slope} pixels down for a decade up`);
      for (const { t, y } of seen) {
        const expected = first.y + slope * (norms[t] - norms[first.t]);
        assert.ok(Math.abs(y - expected) <= 2, `t = ${t}: at ${y}, expected at ${expected}`);
      }
    } finally {
      await inspector.close();
    }
  });
});

/** The height of the line at the middle of each timestep: what has the colour of words, and is no row of dots. */
const lineHeights = `(() => {
  const canvas = document.querySelector('${section} .time-plot canvas');
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, width, height);
  const at = (x, y) => data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4);
  const is = (x, y) => { const [r, g, b, a] = at(x, y); return a === 255 && Math.abs(r - 204) + Math.abs(g - 204) + Math.abs(b - 204) < 40; };
  const coloured = (x, y) => { const [r, g, b, a] = at(x, y); return a === 255 && Math.max(r, g, b) - Math.min(r, g, b) > 40; };
  // the cells: from the first to the last column that has many coloured pixels
  const tall = (x) => { let n = 0; for (let y = 0; y < height; y++) n += coloured(x, y); return n; };
  const columns = Array.from({ length: width }, (_, x) => x).filter((x) => tall(x) > 20);
  const [left, right] = [columns[0], columns.at(-1) + 1];
  const dotted = (y) => { let n = 0; for (let x = left; x < right; x++) n += is(x, y); return n > 0.3 * (right - left); };
  const rows = Array.from({ length: height }, (_, y) => y).filter((y) => !dotted(y) && coloured(columns[2], y) || is(columns[2], y));
  const [top, bottom] = [rows[0], rows.at(-1)];
  return Array.from({ length: ${length} }, (_, t) => {
    const x = Math.round(left + ((t + 0.5) / ${length}) * (right - left));
    const found = [];
    for (let y = top; y <= bottom; y++) if (is(x, y) && !dotted(y)) found.push(y);
    return found.length === 0 || found.at(-1) - found[0] > 6 ? null : found.reduce((a, b) => a + b, 0) / found.length;
  });
})()`;
