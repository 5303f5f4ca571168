// Freezing by name pattern: what matches, that frozen parameters cost neither memory nor backward work, LoRA on top of it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { F, nn, optim, Tensor } from "../../src/api.ts";
import { filled, randn } from "../../src/engine/create.ts";
import { Engine, type Node, setEngine } from "../../src/engine/engine.ts";
import { toTensor } from "../../src/training/batches.ts";
import { checkGradients } from "../../src/training/gradcheck.ts";
import { builtKernels } from "../engine/builtKernels.ts";
import { freshEngine } from "../engine/harness.ts";
import { Counter, Recorder, smallRun } from "../training/small.ts";

class Model extends nn.Module {
  embed = new nn.Embedding(5, 4);
  body = new nn.Sequential(new nn.Linear(4, 6), new nn.Tanh(), new nn.Linear(6, 6), new nn.Tanh());
  head = new nn.Linear(6, 3);

  forward(x: Tensor): Tensor {
    return this.head.forward(this.body.forward(x));
  }
}

const frozen = (model: nn.Module) =>
  model
    .namedParameters()
    .filter(([, p]) => !p.requiresGrad)
    .map(([name]) => name);

describe("a pattern", () => {
  for (const [pattern, names] of [
    ["embed.*", ["embed.weight"]],
    ["embed.weight", ["embed.weight"]],
    ["*.bias", ["head.bias"]],
    ["**.bias", ["body.0.bias", "body.2.bias", "head.bias"]],
    ["body.0.*", ["body.0.weight", "body.0.bias"]],
    ["body.**", ["body.0.weight", "body.0.bias", "body.2.weight", "body.2.bias"]],
    ["he*.w*", ["head.weight"]],
  ] as const) {
    test(`${pattern} matches ${names.join(", ")}`, () => {
      freshEngine();
      const model = new Model();
      model.freeze(pattern);
      assert.deepEqual(frozen(model), names);
      model.unfreeze(pattern);
      assert.deepEqual(frozen(model), []);
    });
  }

  test("that matches nothing is an error that lists the names", () => {
    freshEngine();
    assert.throws(
      () => new Model().freeze("body.*"),
      /freeze: no parameter is named like "body\.\*" .* there are embed\.weight, body\.0\.weight, .*head\.bias/,
    );
    // a dot is a dot, and nothing else in a pattern is special
    assert.throws(() => new Model().freeze("headxweight"), /no parameter is named like "headxweight"/);
    assert.throws(() => new Model().unfreeze("head.(weight|bias)"), /unfreeze: no parameter/);
  });

  test("without a star matches exactly the parameter of that name", () => {
    freshEngine();
    const model = new Model();
    fc.assert(
      fc.property(fc.constantFrom(...model.namedParameters().map(([name]) => name)), (name) => {
        model.freeze(name);
        assert.deepEqual(frozen(model), [name]);
        model.unfreeze("**");
      }),
    );
  });
});

/** One forward and backward; what backward ran, in order, and the values that have a gradient. */
function differentiate(engine: Engine, model: nn.Module): { ran: string[]; gradients: number } {
  const ran: string[] = [];
  const nodes: Node[] = [];
  engine.endIteration();
  engine.observer = {
    operation: (node, phase) => (phase === "backward" ? ran.push(node.operation) : nodes.push(node)),
    layer: () => {},
  };
  const output = model.forward(randn(2, 4));
  assert.ok(output instanceof Tensor);
  engine.backward(output.square().mean());
  engine.observer = null;
  const tensors = new Set(nodes.flatMap((node) => [node.output, ...node.inputs]));
  return { ran, gradients: [...tensors].reduce((n, t) => n + (t.hasGradient ? t.length : 0), 0) };
}

describe("backward", () => {
  const all = ["mean", "square", "linear", "tanh", "linear", "tanh", "linear"];

  test("does nothing below the lowest layer that is trained", () => {
    const engine = freshEngine();
    const model = new Model();
    assert.deepEqual(differentiate(engine, model).ran, all);
    // tanh 2, linear 2, tanh 1 and linear 1 of the body have nothing to do
    model.freeze("body.**");
    assert.deepEqual(differentiate(engine, model).ran, all.slice(0, 3));
    // the second linear is trained again, and what lies below it is not
    model.unfreeze("body.2.*");
    assert.deepEqual(differentiate(engine, model).ran, all.slice(0, 5));
    // a frozen layer above a trained one still hands its gradient down
    model.unfreeze("**").freeze("head.*");
    assert.deepEqual(differentiate(engine, model).ran, all);
  });

  test("keeps gradients of what is trained alone", () => {
    const engine = freshEngine();
    const model = new Model();
    model.freeze("body.**");
    // mean: 1, square and head's output: 2·3 each, head: 3·6 + 3; nothing of the body
    assert.equal(differentiate(engine, model).gradients, 1 + 6 + 6 + 21);
    assert.deepEqual(
      model
        .namedParameters()
        .filter(([, p]) => p.hasGradient)
        .map(([name]) => name),
      ["head.weight", "head.bias"],
    );
  });

  for (const { name, kernels } of builtKernels()) {
    test(`freezing and unfreezing in turns takes no more memory (${name})`, () => {
      const engine = new Engine(kernels());
      setEngine(engine);
      const model = new Model();
      const persistent = () => engine.kernels.memory.usage().persistent;
      differentiate(engine, model);
      const before = persistent();
      for (let i = 0; i < 100; i++) {
        model.freeze("body.**");
        differentiate(engine, model);
        model.unfreeze("body.**");
        differentiate(engine, model);
      }
      assert.equal(persistent(), before);
    });

    test(`a model that is frozen from the start takes no memory for its gradients (${name})`, () => {
      const use = (pattern: string | null) => {
        const engine = new Engine(kernels());
        setEngine(engine);
        const model = new nn.Sequential(new nn.Linear(4, 1000), new nn.Tanh(), new nn.Linear(1000, 1));
        if (pattern !== null) model.freeze(pattern);
        const before = engine.kernels.memory.usage().persistent;
        differentiate(engine, model);
        return engine.kernels.memory.usage().persistent - before;
      };
      // 4·1000 weights and 1000 biases of 4 bytes less, within the memory's alignment
      const saved = use(null) - use("0.*");
      assert.ok(saved >= 4 * 5000 && saved < 4 * 5000 + 256, String(saved));
    });
  }

  test("a gradient that comes back after unfreezing begins at zero", () => {
    const engine = freshEngine();
    const model = new Model();
    const gradient = () => {
      engine.random.setState([1, 2, 3, 4]);
      differentiate(engine, model);
      return Array.from(model.head.weight.gradient().array);
    };
    const first = gradient();
    model.freeze("head.*").unfreeze("head.*");
    assert.deepEqual(gradient(), first);
  });
});

describe("recurrent layers on data", () => {
  for (const name of ["RNN", "LSTM", "GRU"] as const) {
    test(`${name}: frozen input weights leave the gradient of the recurrent ones as it is`, () => {
      const gradient = (frozen: boolean) => {
        const engine = freshEngine();
        const layer = new nn[name](3, 4);
        if (frozen) layer.freeze("weight_ih*").freeze("bias_ih*");
        engine.endIteration();
        const data = Float32Array.from({ length: 18 }, (_, i) => Math.sin(i));
        layer
          .forward(toTensor({ shape: [2, 3, 3], data }))[0]
          .square()
          .sum()
          .backward();
        return [layer.weight_hh_l0, layer.bias_hh_l0].map((p) => p.grad?.toFlatArray());
      };
      assert.ok(gradient(false)[0]?.some((x) => x !== 0));
      assert.deepEqual(gradient(true), gradient(false));
    });
  }
});

describe("in a training", () => {
  test("frozen parameters keep their values, have no events and no gradient to check", () => {
    const observer = new Recorder();
    const run = smallRun({ model: () => new Counter().freeze("embed.*").freeze("rnn.weight_*") }, { observer });
    const before = new Map(run.model.namedParameters().map(([name, p]) => [name, p.toFlatArray()]));
    run.run();
    const still = run.model
      .namedParameters()
      .filter(([name, p]) => p.toFlatArray().join() === before.get(name)?.join());
    assert.deepEqual(
      still.map(([name]) => name),
      ["embed.weight", "rnn.weight_ih_l0", "rnn.weight_hh_l0"],
    );
    assert.ok(!observer.log.some((event) => /^update (embed|rnn\.weight)/.test(event)));
    assert.ok(!observer.log.includes("backward embed embedding"));
    assert.deepEqual(
      checkGradients(run).map((c) => c.name),
      ["rnn.bias_ih_l0", "rnn.bias_hh_l0", "head.weight", "head.bias"],
    );
  });
});

describe("LoRA", () => {
  const pair = (options: nn.LoRAOptions, bias = true) => {
    const engine = freshEngine();
    const base = new nn.Linear(4, 3, { bias });
    return { engine, base, lora: nn.lora(base, options) };
  };
  const assertClose = (a: Tensor, b: Tensor) => {
    const [x, y] = [a.toFlatArray(), b.toFlatArray()];
    x.forEach((value, i) => {
      assert.ok(Math.abs(value - y[i]) < 1e-12, `${value} ${y[i]}`);
    });
  };

  test("begins as the layer that it wraps, under the same names", () => {
    const { engine, base, lora } = pair({ rank: 2, alpha: 8 });
    engine.endIteration();
    const x = randn(5, 4);
    assert.deepEqual(lora.forward(x).toFlatArray(), base.forward(x).toFlatArray());
    assert.deepEqual(
      lora.namedParameters().map(([name, p]) => [name, p.shape, p.requiresGrad]),
      [
        ["weight", [3, 4], false],
        ["bias", [3], false],
        ["lora_A", [2, 4], true],
        ["lora_B", [3, 2], true],
      ],
    );
    // Kaiming uniform with a = √5 is ±√(6 / (6 · 4)) = ±½
    assert.ok(lora.lora_A.toFlatArray().every((a) => Math.abs(a) < 0.5));
    assert.ok(lora.lora_B.toFlatArray().every((b) => b === 0));
  });

  test("adds (α/r) B A x", () => {
    const { engine, lora } = pair({ rank: 1, alpha: 3 }, false);
    engine.endIteration();
    lora.weight.floats.array.fill(0);
    lora.lora_A.floats.array.set([1, 2, 0, 0]);
    lora.lora_B.floats.array.set([1, 0, -1]);
    // A x = 1 + 2 = 3, times 3/1 is 9
    assert.deepEqual(lora.forward(filled([4], () => 1)).toFlatArray(), [9, 0, -9]);
  });

  test("merges into a linear layer that computes the same", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.double({ min: -4, max: 4, noNaN: true }),
        fc.boolean(),
        (rank, alpha, bias) => {
          const { engine, lora } = pair({ rank, alpha }, bias);
          const values = lora.lora_B.floats.array;
          for (let i = 0; i < values.length; i++) values[i] = engine.random.normal();
          const random = engine.random.getState();
          const merged = lora.merge();
          assert.deepEqual(engine.random.getState(), random);
          assert.ok(merged.parameters().every((p) => p.requiresGrad));
          engine.endIteration();
          const x = randn(6, 4);
          assertClose(merged.forward(x), lora.forward(x));
        },
      ),
    );
  });

  test("trains its two matrices alone", () => {
    const { engine, base, lora } = pair({ rank: 2, alpha: 4, dropout: 0.1 });
    const before = base.weight.toFlatArray();
    const optimizer = optim.adam(lora.parameters(), { learningRate: 0.05 });
    let [first, last] = [0, 0];
    for (let i = 0; i < 300; i++) {
      engine.endIteration();
      lora.zeroGrad();
      const x = randn(16, 4);
      const loss = F.mseLoss(lora.forward(x), x.narrow(1, 0, 3).mul(0.5));
      engine.backward(loss);
      optimizer.step();
      if (i === 0) first = loss.item();
      last = loss.item();
    }
    assert.deepEqual(base.weight.toFlatArray(), before);
    assert.ok(!base.weight.hasGradient && last < first, `${first} → ${last}`);
  });

  test("drops nothing out of the base path, and nothing at all in evaluation", () => {
    const { engine, base, lora } = pair({ rank: 2, dropout: 0.9 });
    engine.endIteration();
    const x = randn(3, 4);
    // B is 0, so whatever is dropped of the low-rank path, the base's output stays
    assert.deepEqual(lora.forward(x).toFlatArray(), base.forward(x).toFlatArray());
    lora.eval();
    lora.lora_B.floats.array.fill(1);
    assert.deepEqual(lora.forward(x).toFlatArray(), lora.forward(x).toFlatArray());
  });

  test("refuses a rank that is none", () => {
    assert.throws(() => pair({ rank: 0 }), /LoRA: rank must be a whole number of at least 1, but it is 0/);
    assert.throws(() => pair({ rank: 2, dropout: 1 }), /LoRA: dropout must lie in \[0, 1\), but it is 1/);
  });
});
