// ∇W_hh while backward is on its way through the timesteps: whoever looks sees the sum so far, and changes nothing by it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { F, nn, Parameter } from "../../src/api.ts";
import { randn } from "../../src/engine/create.ts";
import type { Node } from "../../src/engine/engine.ts";
import { ReferenceKernels } from "../../src/engine/kernels/reference/reference.ts";
import type { Tensor } from "../../src/engine/tensor.ts";
import { toTensor } from "../../src/training/batches.ts";
import { makeEngine } from "../../src/training/run.ts";

const [B, T, I, H] = [2, 4, 3, 5];

type Layer = nn.RNN | nn.LSTM | nn.GRU;
/** Each with the operation whose backward ends a timestep's part of ∇W_hh. */
const layers: Record<string, { readonly make: () => Layer; readonly last: string }> = {
  RNN: { make: () => new nn.RNN(I, H), last: "rnn step" },
  LSTM: { make: () => new nn.LSTM(I, H), last: "lstm gates" },
  GRU: { make: () => new nn.GRU(I, H), last: "gru gates" },
  "bidirectional LSTM": { make: () => new nn.LSTM(I, H, { bidirectional: true }), last: "lstm gates" },
};

/** One forward and backward; `look` is told of every timestep after its part of ∇W_hh. Returns all gradients. */
function differentiate(name: string, look: (layer: Layer, node: Node, h: Tensor) => void): number[][] {
  const engine = makeEngine(new ReferenceKernels());
  const layer = layers[name].make();
  engine.endIteration();
  const data = Float32Array.from({ length: B * T * I }, () => engine.random.normal());
  const [h] = layer.forward(toTensor({ shape: [B, T, I], data }));
  const loss = h.square().sum();
  engine.observer = {
    layer: () => {},
    operation: (node) => {
      if (node.operation === layers[name].last) look(layer, node, h);
    },
  };
  engine.backward(loss);
  engine.observer = null;
  return layer.parameters().map(gradientOf);
}

function gradientOf(p: Tensor): number[] {
  return p.grad?.toFlatArray() ?? [];
}

function weightOf(layer: Layer): Tensor {
  return layer.weight_hh_l0;
}

function assertNear(actual: readonly number[], expected: readonly number[], message: string): void {
  assert.equal(actual.length, expected.length, message);
  actual.forEach((value, i) => {
    const scale = Math.max(1, Math.abs(expected[i]));
    assert.ok(Math.abs(value - expected[i]) <= 1e-12 * scale, `${message}: ${value} is not ${expected[i]}`);
  });
}

describe("the gradient of recurrent weights, timestep by timestep", () => {
  for (const name of Object.keys(layers)) {
    test(`${name}: looking at it changes no bit of the end, and the last look is the whole sum`, () => {
      const seen: number[][] = [];
      const looked = differentiate(name, (layer) => {
        const W = weightOf(layer);
        if (W.hasGradient) seen.push(gradientOf(W), gradientOf(W));
      });
      assert.deepEqual(
        looked,
        differentiate(name, () => {}),
      );
      assert.equal(seen.length, 2 * T);
      for (let i = 0; i < seen.length; i += 2) assert.deepEqual(seen[i], seen[i + 1], "twice at the same place");
      assert.ok(looked.some((gradient) => gradient.join() === seen.at(-1)?.join()));
    });
  }

  for (const name of ["RNN", "LSTM"]) {
    test(`${name}: at timestep t it is Σ δ_sᵀ h_{s−1} over s ≥ t`, () => {
      let checked = 0;
      differentiate(name, (layer, node, h) => {
        const W = weightOf(layer);
        const rows = W.shape[0];
        const [delta, states] = [node.inputs[0].grad?.toFlatArray() ?? [], h.toFlatArray()];
        const sum = new Array<number>(rows * H).fill(0);
        for (let s = Math.max(1, node.timestep); s < T; s++) {
          for (let b = 0; b < B; b++) {
            for (let i = 0; i < rows; i++) {
              for (let j = 0; j < H; j++)
                sum[i * H + j] += delta[(b * T + s) * rows + i] * states[(b * T + s - 1) * H + j];
            }
          }
        }
        assertNear(gradientOf(W), sum, `t = ${node.timestep}`);
        checked++;
      });
      assert.equal(checked, T);
    });
  }
});

test("whoever looks at a gradient that is zero for now does not change how backward goes on", () => {
  const bits = (look: boolean) => {
    const engine = makeEngine(new ReferenceKernels());
    const [a, b] = [new Parameter(randn(5)), new Parameter(randn(5))];
    const results: string[] = [];
    for (let i = 0; i < 3; i++) {
      engine.endIteration();
      for (const p of [a, b]) p.zeroGrad();
      if (look) assert.ok([a, b].every((p) => p.grad === null || p.grad.toFlatArray().every((x) => x === 0)));
      F.mseLoss(a, b).backward();
      results.push([a, b].map((p) => new BigInt64Array(Float64Array.from(gradientOf(p)).buffer).join()).join(" "));
    }
    return results;
  };
  assert.deepEqual(bits(true), bits(false));
});
