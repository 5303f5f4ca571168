// Layers without a time axis beside what PyTorch's numbers say of them: names, state, modes, ties, and what errors tell.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { F, nn, ones, randn, Tensor, tensor, zeros } from "../../src/api.ts";
import { Engine, setEngine } from "../../src/engine/engine.ts";
import { ReferenceKernels } from "../../src/engine/kernels/reference/reference.ts";
import { nameScopes } from "../../src/nn/module.ts";
import { encodeWeights, loadWeights } from "../../src/training/weights.ts";
import { freshEngine, variable, wholeNumbers } from "../engine/harness.ts";

/** An engine in which layers can be made, as before the first iteration. */
function makingEngine(): Engine {
  const engine = new Engine(new ReferenceKernels());
  setEngine(engine);
  return engine;
}

const numbers = (t: Tensor | null) => {
  assert.ok(t !== null);
  return t.toFlatArray();
};

describe("names and shapes of the state dict are PyTorch's", () => {
  const shapes = (model: nn.Module) => [...model.stateDict()].map(([name, t]) => `${name} [${t.shape.join(", ")}]`);
  const check = (title: string, make: () => nn.Module, expected: readonly string[]) =>
    test(title, () => {
      makingEngine();
      assert.deepEqual(shapes(make()), expected);
    });

  check("LayerNorm", () => new nn.LayerNorm([2, 3]), ["weight [2, 3]", "bias [2, 3]"]);
  check("LayerNorm without bias", () => new nn.LayerNorm(4, { bias: false }), ["weight [4]"]);
  check("RMSNorm", () => new nn.RMSNorm(4), ["weight [4]"]);
  check("BatchNorm", () => new nn.BatchNorm2d(3), [
    "weight [3]",
    "bias [3]",
    "running_mean [3]",
    "running_var [3]",
    "num_batches_tracked []",
  ]);
  check("Conv1d", () => new nn.Conv1d(4, 6, 3, { groups: 2 }), ["weight [6, 2, 3]", "bias [6]"]);
  check("Conv2d", () => new nn.Conv2d(4, 6, [3, 5], { bias: false }), ["weight [6, 4, 3, 5]"]);
  check("MultiheadAttention", () => new nn.MultiheadAttention(4, 2), [
    "in_proj_weight [12, 4]",
    "in_proj_bias [12]",
    "out_proj.weight [4, 4]",
    "out_proj.bias [4]",
  ]);
  check("TransformerEncoderLayer", () => new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 8 }), [
    "self_attn.in_proj_weight [12, 4]",
    "self_attn.in_proj_bias [12]",
    "self_attn.out_proj.weight [4, 4]",
    "self_attn.out_proj.bias [4]",
    "linear1.weight [8, 4]",
    "linear1.bias [8]",
    "linear2.weight [4, 8]",
    "linear2.bias [4]",
    "norm1.weight [4]",
    "norm1.bias [4]",
    "norm2.weight [4]",
    "norm2.bias [4]",
  ]);
  check("LearnedPositionalEmbedding", () => new nn.LearnedPositionalEmbedding(7, 4), ["weight [7, 4]"]);
  check("PositionalEncoding", () => new nn.PositionalEncoding(4), []);
});

describe("initial values are PyTorch's", () => {
  test("norms begin as the identity: weight 1, bias 0", () => {
    makingEngine();
    const norm = new nn.BatchNorm1d(2);
    assert.deepEqual([norm.weight, norm.bias, norm.running_mean, norm.running_var].map(numbers), [
      [1, 1],
      [0, 0],
      [0, 0],
      [1, 1],
    ]);
  });

  test("convolutions fill ±1/√fan-in, attention's projections Glorot's bound, and attention's biases are 0", () => {
    makingEngine();
    const conv = numbers(new nn.Conv2d(4, 32, 3, { groups: 2 }).weight);
    // fan-in 4/2 · 3 · 3 = 18
    assert.ok(Math.max(...conv) <= 1 / Math.sqrt(18) && Math.max(...conv) > 0.95 / Math.sqrt(18));
    const attention = new nn.MultiheadAttention(16, 4);
    const glorot = Math.sqrt(6 / (16 + 48));
    const largest = Math.max(...numbers(attention.in_proj_weight));
    assert.ok(largest <= glorot && largest > 0.95 * glorot);
    assert.ok([...numbers(attention.in_proj_bias), ...numbers(attention.out_proj.bias)].every((v) => v === 0));
  });
});

describe("batch norm", () => {
  test("training moves the running statistics, evaluation uses them and leaves them alone", () => {
    const engine = makingEngine();
    const norm = new nn.BatchNorm1d(1);
    engine.endIteration();
    // mean 2, unbiased variance (1 + 0 + 1) / 2 = 1
    norm.forward(tensor([[1], [2], [3]]));
    assert.deepEqual(numbers(norm.running_mean), [0.1 * 2]);
    assert.deepEqual(numbers(norm.running_var), [0.9 * 1 + 0.1 * 1]);
    assert.deepEqual(numbers(norm.num_batches_tracked), [1]);
    norm.eval();
    const [y] = numbers(norm.forward(tensor([[5]])));
    assert.ok(Math.abs(y - (5 - 0.2) / Math.sqrt(1 + 1e-5)) < 1e-12);
    assert.deepEqual(numbers(norm.num_batches_tracked), [1]);
  });

  test("running statistics are saved and loaded with the weights, but are no parameters", () => {
    const engine = makingEngine();
    const make = () => new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
    const [trained, fresh] = [make(), make()];
    assert.deepEqual(
      trained.namedParameters().map(([name]) => name),
      ["0.weight", "0.bias", "1.weight", "1.bias"],
    );
    engine.endIteration();
    trained.forward(randn(4, 2));
    loadWeights(fresh, encodeWeights(trained), "w.safetensors");
    for (const [name, t] of trained.stateDict()) {
      assert.deepEqual(numbers(fresh.stateDict().get(name) ?? null), numbers(t), name);
    }
    assert.notDeepEqual(numbers(fresh.stateDict().get("1.running_mean") ?? null), [0, 0, 0]);
  });

  test("PyTorch's own count of batches, a 64-bit whole number, is read", () => {
    makingEngine();
    const model = new nn.BatchNorm1d(1);
    const header = { num_batches_tracked: { dtype: "I64", shape: [], data_offsets: [0, 8] } };
    const floats = ["weight", "bias", "running_mean", "running_var"];
    const entries = floats.map((n, i) => [n, { dtype: "F32", shape: [1], data_offsets: [8 + 4 * i, 12 + 4 * i] }]);
    const json = new TextEncoder().encode(JSON.stringify({ ...header, ...Object.fromEntries(entries) }));
    const bytes = new Uint8Array(8 + json.length + 24);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, BigInt(json.length), true);
    bytes.set(json, 8);
    view.setBigInt64(8 + json.length, 41n, true);
    floats.forEach((_, i) => {
      view.setFloat32(16 + json.length + 4 * i, i + 0.5, true);
    });
    loadWeights(model, bytes, "torch.safetensors");
    assert.deepEqual(
      [model.num_batches_tracked, model.running_var].map((b) => numbers(b)),
      [[41], [3.5]],
    );
  });

  test("a batch of one has no variance, so training on it is an error and evaluation is not", () => {
    const engine = makingEngine();
    const norm = new nn.BatchNorm1d(2);
    engine.endIteration();
    assert.throws(
      () => norm.forward(ones(1, 2)),
      /BatchNorm1d: in training each channel needs more than one value.*\[1, 2\] has 1/,
    );
    norm.eval();
    assert.equal(norm.forward(ones(1, 2)).length, 2);
  });
});

describe("dropout", () => {
  test("a share p is zero in training, the rest is scaled so that the mean stays, evaluation changes nothing", () => {
    const engine = makingEngine();
    const layer = new nn.Dropout(0.25);
    engine.endIteration();
    const x = ones(10_000);
    const y = numbers(layer.forward(x));
    assert.deepEqual([...new Set(y)].sort(), [0, 4 / 3]);
    // ±4 standard deviations of a share of 10,000: √(0.25 · 0.75 / 10,000) = 0.0043
    assert.ok(Math.abs(y.filter((v) => v === 0).length / 10_000 - 0.25) < 0.018);
    layer.eval();
    assert.equal(layer.forward(x), x);
  });

  test("the same seed drops the same elements, and the next call drops others", () => {
    const masks = [0, 1].map(() => {
      freshEngine();
      const x = ones(50);
      return [numbers(F.dropout(x)), numbers(F.dropout(x))];
    });
    assert.deepEqual(masks[0], masks[1]);
    assert.notDeepEqual(masks[0][0], masks[0][1]);
  });
});

describe("pooling", () => {
  test("the first of equal ones gets the gradient, and NaN wins", () => {
    const engine = freshEngine();
    const x = variable([1, 1, 2, 2], (i) => [1, 3, 3, 3][i]);
    engine.backward(F.maxPool2d(x, 2).sum());
    assert.deepEqual(numbers(x.grad), [0, 1, 0, 0]);
    assert.deepEqual(
      numbers(
        F.maxPool2d(
          tensor([
            [
              [1, Number.NaN],
              [5, 2],
            ],
          ]),
          2,
        ),
      ),
      [Number.NaN],
    );
  });

  test("padding never wins, not even over negative numbers", () => {
    freshEngine();
    assert.deepEqual(numbers(F.maxPool2d(tensor([[[-5]]]), 2, { padding: 1, stride: 1 })), [-5, -5, -5, -5]);
  });

  test("padding of more than half a window is refused", () => {
    freshEngine();
    assert.throws(
      () => F.avgPool2d(zeros(1, 4, 4), 2, { padding: 2 }),
      /average pool: padding may be at most half of the window.*\[2, 2\]/,
    );
  });
});

describe("attention", () => {
  test("weights are averaged over the heads and sum to 1 where something may be seen", () => {
    const engine = makingEngine();
    const layer = new nn.MultiheadAttention(8, 4);
    engine.endIteration();
    const x = randn(2, 5, 8);
    const [output, weights] = layer.forward(x, x, x, { isCausal: true });
    assert.deepEqual(
      [output.shape, weights.shape],
      [
        [2, 5, 8],
        [2, 5, 5],
      ],
    );
    for (const sum of numbers(weights.sum(2))) assert.ok(Math.abs(sum - 1) < 1e-12);
    assert.equal(weights.select(0, 0).select(0, 0).toFlatArray()[1], 0);
    assert.equal(layer.forward(x, x, x, { needWeights: false })[1], null);
  });

  test("one packed projection gives what three give, to the last gradient", () => {
    const results = [true, false].map((packed) => {
      const engine = makingEngine();
      const layer = new nn.MultiheadAttention(6, 2);
      engine.endIteration();
      const x = randn(2, 3, 6);
      // a copy is another tensor, so its projections are computed one by one
      const [y] = packed ? layer.forward(x, x, x) : layer.forward(x, x.mul(1), x.mul(1));
      engine.backward(y.square().sum());
      return [numbers(y), ...layer.parameters().map((p) => numbers(p.grad))];
    });
    results[0].forEach((list, i) => {
      list.forEach((v, j) => {
        assert.ok(Math.abs(v - results[1][i][j]) < 1e-12 * Math.max(1, Math.abs(v)), `${i}, ${j}`);
      });
    });
  });

  test("a mask of keys by whole numbers hides them, and what is hidden has no influence", () => {
    const engine = makingEngine();
    const layer = new nn.MultiheadAttention(4, 2);
    engine.endIteration();
    const [q, k] = [randn(1, 2, 4), randn(1, 3, 4)];
    const other = tensor([
      [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
        [9, -9, 9, 5],
      ],
    ]);
    const keyPaddingMask = wholeNumbers(engine, [1, 3], [0, 0, 1]);
    const outputs = [k, k.add(other)].map((key) => numbers(layer.forward(q, key, key, { keyPaddingMask })[0]));
    assert.deepEqual(outputs[0], outputs[1]);
  });

  test("a query that may see nothing is NaN, as in PyTorch", () => {
    freshEngine();
    const x = ones(1, 2, 2);
    const attnMask = tensor([
      [0, 0],
      [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ]);
    const y = numbers(F.scaledDotProductAttention(x, x, x, { attnMask }));
    assert.deepEqual(y, [1, 1, Number.NaN, Number.NaN]);
  });

  test("a mask that a layer learns gets a gradient", () => {
    const engine = freshEngine();
    const [x, bias] = [randn(1, 3, 2), variable([3, 3], () => 0)];
    engine.backward(F.scaledDotProductAttention(x, x, x, { attnMask: bias }).square().sum());
    // moving all scores of a query alike changes nothing
    for (const sum of numbers(bias.grad?.sum(1) ?? null)) assert.ok(Math.abs(sum) < 1e-12);
    assert.ok(numbers(bias.grad).some((v) => Math.abs(v) > 1e-3));
  });

  test("scores, weights and output are operations of their own, and the layer is a scope", () => {
    const engine = makingEngine();
    const layer = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 4 });
    nameScopes(layer);
    engine.endIteration();
    layer.forward(randn(1, 3, 4));
    const own = engine.tape.filter(({ scope }) => scope?.owner.path === "self_attn").map(({ operation }) => operation);
    assert.deepEqual(own, ["linear", "attention scores", "attention weights", "dropout", "attention output"]);
  });
});

describe("positions", () => {
  test("the sinusoids are sin and cos of the same angle", () => {
    const engine = makingEngine();
    const layer = new nn.PositionalEncoding(4);
    engine.endIteration();
    const angle = 2 / 10000 ** (2 / 4);
    assert.deepEqual(numbers(layer.forward(zeros(1, 3, 4)).select(1, 2)), [
      Math.sin(2),
      Math.cos(2),
      Math.sin(angle),
      Math.cos(angle),
    ]);
  });

  test("learned positions get the gradient of every sample, and those beyond the sequence none", () => {
    const engine = makingEngine();
    const layer = new nn.LearnedPositionalEmbedding(4, 2);
    engine.endIteration();
    engine.backward(layer.forward(zeros(3, 2, 2)).sum());
    assert.deepEqual(numbers(layer.weight.grad), [3, 3, 3, 3, 0, 0, 0, 0]);
  });
});

test("layers with frozen parameters send the gradient through and keep none", () => {
  const engine = makingEngine();
  const model = new nn.Sequential(
    new nn.Conv2d(1, 2, 3),
    new nn.BatchNorm2d(2),
    new nn.Flatten(),
    new nn.LayerNorm(8),
    new nn.Linear(8, 1),
  );
  for (const p of model.parameters()) p.requiresGrad = false;
  engine.endIteration();
  const x = variable([2, 1, 4, 4], (i) => Math.sin(i));
  const y = model.forward(x);
  assert.ok(y instanceof Tensor);
  engine.backward(y.square().sum());
  assert.ok(numbers(x.grad).some((v) => v !== 0));
  assert.ok(model.parameters().every((p) => !p.hasGradient));
});
