// ∂h_T/∂h_t of the debugger against central differences and against backward's own rows, for every cell.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nn, type Tensor, tensor } from "../../../../src/api.ts";
import { Random } from "../../../../src/engine/random.ts";
import type { ChainPart, ChainReport } from "../../../../src/protocol/inspector/chain.ts";
import { chain } from "../../../../src/runtime/inspect/chain/chain.ts";
import { spectralNorm } from "../../../../src/runtime/inspect/chain/spectralNorm.ts";
import type { TrainingRun } from "../../../../src/training/run.ts";
import { counting, Recorder, smallRun, time, vocabulary } from "../../../training/small.ts";

type Recurrent = InstanceType<typeof nn.RNN> | InstanceType<typeof nn.LSTM> | InstanceType<typeof nn.GRU>;

const H = 6;

class Model extends nn.Module {
  embed = new nn.Embedding(vocabulary, 3);
  head: nn.Linear;

  constructor(
    public rnn: Recurrent,
    readonly mask: ((tokens: Tensor) => Tensor) | null = null,
  ) {
    super();
    this.head = new nn.Linear(rnn.bidirectional ? 2 * H : H, vocabulary);
  }

  forward(tokens: Tensor): Tensor {
    const x = this.embed.forward(tokens);
    const options = this.mask === null ? {} : { mask: this.mask(tokens) };
    const [h] = this.rnn.forward(x, undefined, options);
    return this.head.forward(h);
  }
}

/** Looks at the run at the end of a phase of the second iteration. */
function at<T>(event: string, model: () => nn.Module, look: (run: TrainingRun) => T): T {
  const observer = new Recorder();
  const seen: T[] = [];
  observer.onEvent = (run, name) => {
    if (run !== null && run.iteration === 2 && name === event && seen.length === 0) {
      seen.push(run.engine.noGrad(() => look(run)));
    }
  };
  smallRun({ model, data: counting(8) }, { observer, iterations: 2 }).run();
  assert.equal(seen.length, 1);
  return seen[0];
}

function ask(event: string, model: () => nn.Module, sample = 0): ChainReport {
  return at(event, model, (run) => chain(run, "rnn", sample));
}

/** ‖∂h_T/∂(state)_t‖ by central differences: the layer runs on from t with the state moved. */
function numeric(run: TrainingRun, sample: number, t: number, move: "h" | "c", last = time - 1): number {
  const { model } = run;
  assert.ok(model instanceof Model && run.batch !== null);
  const tokens = run.batch.input.narrow(0, sample, 1);
  const x = model.embed.forward(tokens);
  const node = run.engine.tape.findLast(({ operation }) => /^(rnn step|lstm h|gru h)$/.test(operation));
  assert.ok(node !== undefined);
  const state = (s: Tensor) => s.narrow(0, sample, 1).narrow(1, t, 1).reshape(1, 1, H).mul(1);
  const [h, c] = [state(node.output), node.operation === "lstm h" ? state(node.inputs[1]) : null];
  const rest = x.narrow(1, t + 1, last - t);
  const end = (): Float64Array => {
    const { rnn } = model;
    const out = rnn instanceof nn.LSTM ? rnn.forward(rest, [h, c ?? h])[0] : rnn.forward(rest, h)[0];
    return Float64Array.from(out.select(1, -1).toFlatArray());
  };
  const moved = (move === "h" ? h : (c ?? h)).floats.array;
  const step = 1e-5;
  const columns = Array.from({ length: H }, (_, j) => {
    const before = moved[j];
    moved[j] = before + step;
    const above = end();
    moved[j] = before - step;
    const below = end();
    moved[j] = before;
    return above.map((value, i) => (value - below[i]) / (2 * step));
  });
  const J = Float64Array.from({ length: H * H }, (_, k) => columns[k % H][Math.floor(k / H)]);
  return spectralNorm(J, H, new Float64Array(H));
}

function near(actual: number | null, expected: number, what: string, tolerance = 1e-7): void {
  assert.ok(
    actual !== null && Math.abs(actual - expected) <= tolerance * Math.max(1, expected),
    `${what}: ${actual}, not ${expected}`,
  );
}

const cells: readonly (readonly [string, () => Recurrent])[] = [
  ["RNN with tanh", () => new nn.RNN(3, H)],
  ["RNN with relu", () => new nn.RNN(3, H, { nonlinearity: "relu" })],
  ["LSTM", () => new nn.LSTM(3, H)],
  ["GRU", () => new nn.GRU(3, H)],
  ["GRU without bias", () => new nn.GRU(3, H, { bias: false })],
];

describe("‖∂h_T/∂h_t‖", () => {
  for (const [name, cell] of cells) {
    test(`of ${name} is what central differences say, for h and for c`, () => {
      for (const sample of [0, 3]) {
        at(
          "end forward",
          () => new Model(cell()),
          (run) => {
            const [{ timesteps }] = chain(run, "rnn", sample).parts;
            assert.equal(timesteps.length, time);
            near(timesteps[time - 1].jacobianNorm, 1, "t = T");
            for (const { t, jacobianNorm, cellNorm } of timesteps.slice(0, -1)) {
              near(jacobianNorm, numeric(run, sample, t, "h"), `h, t = ${t}`);
              if (cellNorm !== null) near(cellNorm, numeric(run, sample, t, "c"), `c, t = ${t}`);
            }
          },
        );
      }
    });
  }

  test("is what backward's own rows say: ∂h_T/∂h_t, one unit of h_T after the other", () => {
    class Row extends nn.Module {
      rnn = new nn.LSTM(3, H);
      embed = new nn.Embedding(vocabulary, 3);
      constructor(readonly unit: number) {
        super();
      }
      forward(tokens: Tensor): Tensor {
        const [h] = this.rnn.forward(this.embed.forward(tokens));
        return h.narrow(0, 1, 1).select(1, -1).narrow(1, this.unit, 1);
      }
    }
    const loss = (output: Tensor) => output.sum();
    const rows = Array.from({ length: H }, (_, unit) => {
      const run = smallRun({ model: () => new Row(unit), data: counting(8), loss });
      run.differentiate(Int32Array.of(0, 1, 2));
      const h = run.engine.tape.findLast(({ operation }) => operation === "lstm h")?.output;
      assert.ok(h !== undefined);
      const [{ timesteps }] = run.engine.noGrad(() => chain(run, "rnn", 1)).parts;
      return { gradients: Float64Array.from(h.gradient().array), timesteps };
    });
    for (let t = 0; t < time; t++) {
      // of sample 1; the other samples have no part in it
      const J = rows.flatMap(({ gradients }) => [...gradients.subarray((time + t) * H, (time + t + 1) * H)]);
      const expected = spectralNorm(Float64Array.from(J), H, new Float64Array(H));
      near(rows[0].timesteps[t].jacobianNorm, expected, `t = ${t}`, 1e-9);
    }
  });
});

describe("the paths through the gates", () => {
  /** Σ_j max |…|, that is, the norm of a diagonal. */
  const strongest = (x: Float64Array) => x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

  test("an LSTM's forget gates alone keep max_j Π f_j", () => {
    at(
      "end forward",
      () => new Model(new nn.LSTM(3, H)),
      (run) => {
        const [{ timesteps, gates }] = chain(run, "rnn").parts;
        assert.deepEqual(gates, ["i", "f", "g", "o"]);
        const f = run.engine.tape.find(({ operation }) => operation === "lstm f")?.output.floats.array;
        assert.ok(f !== undefined);
        const product = new Float64Array(H).fill(1);
        for (let t = time - 1; t >= 0; t--) {
          near(timesteps[t].keptNorm, strongest(product), `t = ${t}`, 1e-12);
          for (let j = 0; j < H; j++) product[j] *= f[t * 4 * H + H + j];
        }
      },
    );
  });

  test("a gate alone is the whole of it where the other gates have no recurrent weights", () => {
    for (const [cell, gates] of [
      [() => new nn.LSTM(3, H), 4],
      [() => new nn.GRU(3, H), 3],
    ] as const) {
      for (let gate = 0; gate < gates; gate++) {
        const model = () => {
          const rnn = cell();
          const W = rnn.weight_hh_l0.floats.array;
          for (let i = 0; i < W.length; i++) if (Math.floor(i / (H * H)) !== gate) W[i] = 0;
          return new Model(rnn);
        };
        // in the first iteration, because the update gives every weight something again
        const observer = new Recorder();
        let part: ChainPart | undefined;
        observer.onEvent = (run, name) => {
          if (run !== null && name === "end forward") part ??= chain(run, "rnn").parts[0];
        };
        smallRun({ model, data: counting(4) }, { observer, iterations: 1 }).run();
        assert.ok(part !== undefined);
        for (const { t, jacobianNorm, gateNorms } of part.timesteps)
          near(gateNorms[gate], jacobianNorm, `t = ${t}`, 1e-9);
      }
    }
  });
});

describe("the chain", () => {
  test("has ∂L/∂h_t of one sample for the timesteps that backward has come to", () => {
    const before = ask("end forward", () => new Model(new nn.RNN(3, H)));
    assert.deepEqual(
      before.parts[0].timesteps.map(({ gradNorm }) => gradNorm),
      [null, null, null, null],
    );
    at(
      "end backward",
      () => new Model(new nn.RNN(3, H)),
      (run) => {
        const h = run.engine.tape.findLast(({ operation }) => operation === "rnn step")?.output;
        const [{ timesteps }] = chain(run, "rnn", 2).parts;
        for (const { t, gradNorm } of timesteps) {
          const g = h?.gradient().array.slice((2 * time + t) * H, (2 * time + t + 1) * H) ?? [];
          near(gradNorm, Math.hypot(...g), `t = ${t}`, 1e-12);
          assert.ok(gradNorm !== null && gradNorm > 0);
        }
      },
    );
  });

  test("has a part for every level and direction; a reversed one ends at t = 0", () => {
    const { parts } = ask("end forward", () => new Model(new nn.GRU(3, H, { numLayers: 2, bidirectional: true })));
    assert.deepEqual(
      parts.map(({ name }) => name),
      ["l0", "l0_reverse", "l1", "l1_reverse"],
    );
    for (const { name, timesteps } of parts) {
      assert.deepEqual(
        timesteps.map(({ t }) => t),
        [0, 1, 2, 3],
      );
      near(timesteps[name.endsWith("_reverse") ? 0 : 3].jacobianNorm, 1, name);
    }
  });

  test("passes over padding, where the state stands still", () => {
    const mask = (tokens: Tensor) => tensor(Array.from({ length: tokens.shape[0] }, () => [1, 1, 0, 0]));
    const model = () => new Model(new nn.LSTM(3, H), mask);
    at("end forward", model, (run) => {
      const [{ timesteps }] = chain(run, "rnn", 1).parts;
      for (const t of [1, 2, 3]) near(timesteps[t].jacobianNorm, 1, `t = ${t}`);
      near(timesteps[0].jacobianNorm, numeric(run, 1, 0, "h", 1), "t = 0");
    });
  });

  test("says which recurrent layers there are when the one asked for is none", () => {
    const message = /no recurrent layer "head" has run in this iteration; there is "rnn"/;
    assert.throws(
      () =>
        at(
          "end forward",
          () => new Model(new nn.RNN(3, H)),
          (run) => chain(run, "head"),
        ),
      message,
    );
  });

  test("says how many samples there are", () => {
    assert.throws(
      () => ask("end forward", () => new Model(new nn.RNN(3, H)), 4),
      /from 0 to 3, because the batch has 4, but is 4/,
    );
  });

  test("after the update uses the weights that the activations were made with", () => {
    const model = () => new Model(new nn.LSTM(3, H));
    const [before, after] = ["end forward", "end update"].map((event) => ask(event, model).parts[0].timesteps);
    assert.deepEqual(
      after.map(({ jacobianNorm }) => jacobianNorm),
      before.map(({ jacobianNorm }) => jacobianNorm),
    );
  });

  test("tells how far back the layer remembers", () => {
    const weak = () => {
      const rnn = new nn.RNN(3, H);
      const W = rnn.weight_hh_l0.floats.array;
      for (let i = 0; i < W.length; i++) W[i] = i % (H + 1) === 0 ? 0.05 : 0;
      return new Model(rnn);
    };
    const observer = new Recorder();
    let part: ChainPart | undefined;
    observer.onEvent = (run, name) => {
      if (run !== null && name === "end forward") part ??= chain(run, "rnn").parts[0];
    };
    smallRun({ model: weak, data: counting(4) }, { observer, iterations: 1 }).run();
    // 0.05 σ' a step: 0.05 after one, 0.0025 after two
    assert.equal(part?.reach, 1);
  });
});

test("the spectral norm is the largest singular value", () => {
  const random = new Random(5);
  const n = 7;
  // A = U diag(s) Vᵀ of two reflections I − 2uuᵀ
  const reflection = () => {
    const u = Array.from({ length: n }, () => random.normal());
    const squares = u.reduce((sum, x) => sum + x * x, 0);
    return (i: number, j: number) => (i === j ? 1 : 0) - (2 * u[i] * u[j]) / squares;
  };
  const [U, V] = [reflection(), reflection()];
  for (const s of [
    [3, 2.9, 2, 1, 1, 0.5, 0],
    [1, 1, 1, 1, 1, 1, 1],
    [1e-30, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0],
  ]) {
    const A = Float64Array.from({ length: n * n }, (_, k) => {
      const [i, j] = [Math.floor(k / n), k % n];
      return s.reduce((sum, value, m) => sum + U(i, m) * value * V(m, j), 0);
    });
    near(spectralNorm(A, n, new Float64Array(n)) / (s[0] || 1), s[0] > 0 ? 1 : 0, String(s), 1e-6);
  }
  assert.ok(Number.isNaN(spectralNorm(new Float64Array(4).fill(Number.NaN), 2, new Float64Array(2))));
});
