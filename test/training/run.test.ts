// The training loop: order of events, determinism, validation, statistics, what a pause can see.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { F, nn, optim, Tensor } from "../../src/api.ts";
import { checkGradients } from "../../src/training/gradcheck.ts";
import { layerReports, parameterReports, timestepReports } from "../../src/training/statistics.ts";
import { builtKernels } from "../engine/builtKernels.ts";
import { Counter, counting, Recorder, smallRun, time, vocabulary } from "./small.ts";

describe("one iteration", () => {
  test("runs forward, loss, backward and update, layer by layer and timestep by timestep", () => {
    const observer = new Recorder();
    smallRun({}, { observer, iterations: 1 }).run();
    assert.deepEqual(observer.log, [
      "started",
      "iteration",
      "begin forward",
      "forward embed embedding",
      "forward layer embed",
      "forward rnn linear",
      ...[0, 1, 2, 3].map((t) => `forward rnn[t=${t}] rnn step`),
      "forward rnn narrow",
      "forward rnn transpose",
      "forward layer rnn",
      "forward head linear",
      "forward layer head",
      "forward layer ",
      "end forward",
      "begin loss",
      "forward  cross entropy",
      "end loss",
      "begin backward",
      "backward  cross entropy",
      "backward head linear",
      "backward layer head",
      ...[3, 2, 1, 0].map((t) => `backward rnn[t=${t}] rnn step`),
      "backward rnn linear",
      "backward layer rnn",
      "backward embed embedding",
      "backward layer embed",
      "backward layer ",
      "end backward",
      "begin update",
      ...[
        "embed.weight",
        "rnn.weight_ih_l0",
        "rnn.weight_hh_l0",
        "rnn.bias_ih_l0",
        "rnn.bias_hh_l0",
        "head.weight",
        "head.bias",
      ].map((n) => `update ${n}`),
      "end update",
      "iteration ended",
    ]);
  });

  test("in backward the norms of ∂L/∂h_t appear from the last timestep on", () => {
    const observer = new Recorder();
    const seen: (readonly (number | null)[])[] = [];
    observer.onEvent = (run, event) => {
      if (run !== null && /^backward rnn\[/.test(event)) seen.push(timestepReports(run)[0].gradNorms);
    };
    smallRun({}, { observer, iterations: 1 }).run();
    assert.deepEqual(
      seen.map((norms) => norms.map((n) => n !== null)),
      [
        [false, false, false, true],
        [false, false, true, true],
        [false, true, true, true],
        [true, true, true, true],
      ],
    );
    // what has appeared stays as it is: ∂L/∂h_t is complete when backward comes to t
    assert.deepEqual(seen[0][3], seen[3][3]);
    assert.ok(seen[3].every((n) => n !== null && n > 0));
  });

  test("before backward there are no gradients, before the update no update norms", () => {
    const observer = new Recorder();
    const at = new Map<string, ReturnType<typeof parameterReports>>();
    observer.onEvent = (run, event) => {
      if (run !== null && /^end (loss|backward|update)$/.test(event)) at.set(event, parameterReports(run));
    };
    smallRun({}, { observer, iterations: 2 }).run();
    for (const p of at.get("end loss") ?? [])
      assert.deepEqual([p.gradient, p.updateNorm, p.weightNormAfter], [null, null, null], p.name);
    for (const p of at.get("end backward") ?? [])
      assert.ok((p.gradient?.norm ?? 0) > 0 && p.updateNorm === null, p.name);
    for (const p of at.get("end update") ?? []) {
      assert.ok(
        p.updateNorm !== null && p.updateNorm > 0 && p.updateRatio === p.updateNorm / p.weightNormBefore,
        p.name,
      );
    }
  });

  test("within backward, what it has not come to has no gradient yet, in a later iteration neither", () => {
    const observer = new Recorder();
    const at: { parameters: string[]; layers: string[] }[] = [];
    observer.onEvent = (run, event) => {
      if (run === null || event !== "backward rnn[t=3] rnn step") return;
      const layers = layerReports(run).filter(({ parameterGradNorm }) => parameterGradNorm !== null);
      const parameters = parameterReports(run).filter(({ gradient }) => gradient !== null);
      at.push({ parameters: parameters.map(({ name }) => name), layers: layers.map(({ layer }) => layer) });
    };
    smallRun({}, { observer, iterations: 2 }).run();
    const parameters = ["rnn.weight_hh_l0", "rnn.bias_hh_l0", "head.weight", "head.bias"];
    assert.deepEqual(at, [
      { parameters, layers: ["rnn", "head"] },
      { parameters, layers: ["rnn", "head"] },
    ]);
  });

  test("a layer's output has the gradient that the statistics report", () => {
    const observer = new Recorder();
    let layers: ReturnType<typeof layerReports> = [];
    observer.onEvent = (run, event) => {
      if (run !== null && event === "end backward") layers = layerReports(run);
    };
    smallRun({}, { observer, iterations: 1 }).run();
    assert.deepEqual(
      layers.map((l) => l.layer),
      ["embed", "rnn", "head"],
    );
    for (const l of layers) assert.ok((l.outputGradNorm ?? 0) > 0 && (l.parameterGradNorm ?? 0) > 0, l.layer);
  });
});

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

describe("a run", () => {
  const weights = (run: ReturnType<typeof smallRun>) =>
    run.model.parameters().flatMap((p) => Array.from(p.floats.array));

  for (const { name, kernels } of builtKernels()) {
    test(`gives the same bits with and without an observer (${name})`, () => {
      const watched = smallRun({ epochs: 3, clipGradNorm: 0.5 }, { kernels: kernels(), observer: new Recorder() });
      watched.run();
      const free = smallRun({ epochs: 3, clipGradNorm: 0.5 }, { kernels: kernels() });
      free.run();
      assert.deepEqual(weights(watched), weights(free));
    });

    test(`does not grow over 10,000 iterations (${name})`, () => {
      const run = smallRun({ epochs: 10_000 }, { kernels: kernels() });
      const indices = Int32Array.of(0, 1, 2, 3);
      const use = () => {
        collectGarbage();
        return { ...run.engine.kernels.memory.usage(), heap: process.memoryUsage().heapUsed };
      };
      const train = (iterations: number) => {
        for (let i = 0; i < iterations; i++) run.iterate(indices);
        return use();
      };
      const early = train(1000);
      const late = train(9000);
      assert.deepEqual([late.persistent, late.iteration], [early.persistent, early.iteration]);
      // compiled code and the like may grow a little; 9,000 iterations that kept 100 bytes each would be seen
      assert.ok(late.heap - early.heap < 9e5, `the heap has grown by ${late.heap - early.heap} bytes`);
    });

    test(`trains above 2 GiB with the same bits (${name})`, () => {
      const losses = (first: number) => {
        const own = kernels();
        // pages that nobody writes to take no memory
        if (first > 0) own.memory.floats(first / 4, true);
        const observer = new Recorder();
        const run = smallRun({ epochs: 4, clipGradNorm: 0.5 }, { kernels: own, observer });
        run.run();
        for (const p of run.model.parameters()) assert.ok(p.floats.ptr >= first);
        return { losses: observer.results.map(({ loss, gradNorm }) => [loss, gradNorm]), weights: weights(run) };
      };
      assert.deepEqual(losses(2 ** 31), losses(0));
    });
  }

  test("with the same seed repeats, with another differs", () => {
    const of = (seed: number) => {
      const run = smallRun({ epochs: 2 }, { seed });
      run.run();
      return weights(run);
    };
    assert.deepEqual(of(1), of(1));
    assert.notDeepEqual(of(1), of(2));
  });

  test("learns to count", () => {
    const observer = new Recorder();
    smallRun({ epochs: 60, data: counting(8, { validation: 5 }) }, { observer }).run();
    const first = observer.results[0].loss;
    const last = observer.results.at(-1)?.loss ?? Number.NaN;
    assert.ok(
      Math.abs(first - Math.log(vocabulary)) < 0.6,
      `an untrained model guesses: ln 5 = 1.61, but the loss is ${first}`,
    );
    assert.ok(last < 0.1, `loss ${last}`);
    const validation = observer.validations.at(-1);
    assert.equal(observer.validations.length, 60);
    assert.ok(
      validation !== undefined && validation.loss < 0.15 && validation.accuracy === 1,
      JSON.stringify(validation),
    );
  });

  test("counts iterations: 10 samples in batches of 4 are 3 an epoch, or 2 with dropLast", () => {
    const count = (dropLast: boolean) => {
      const observer = new Recorder();
      smallRun({ epochs: 2, data: counting(10, { dropLast }) }, { observer }).run();
      return observer.results.map((r) => [r.epoch, r.iteration]);
    };
    assert.deepEqual(count(false), [
      [1, 1],
      [1, 2],
      [1, 3],
      [2, 4],
      [2, 5],
      [2, 6],
    ]);
    assert.deepEqual(count(true), [
      [1, 1],
      [1, 2],
      [2, 3],
      [2, 4],
    ]);
  });

  test("takes a step function that makes the loss itself", () => {
    const observer = new Recorder();
    smallRun(
      {
        loss: undefined,
        step: (model, { input, target }) => {
          const output = model.forward(input);
          if (!(output instanceof Tensor)) throw new Error("one output expected");
          return F.crossEntropy(output, target).mul(2);
        },
      },
      { observer, iterations: 1 },
    ).run();
    assert.ok(Math.abs(observer.results[0].loss - 2 * Math.log(vocabulary)) < 1.2);
  });

  test("passes its own numeric gradient check", () => {
    const checks = checkGradients(smallRun());
    assert.equal(checks.length, 7);
    for (const c of checks) assert.ok(c.worst < 1e-6 && c.elements >= 5, `${c.name}: ${c.worst}`);
  });

  test("the gradient check finds a backward that is wrong", () => {
    class Wrong extends Counter {
      override forward(tokens: Tensor): Tensor {
        // the value of 2x with the gradient of x
        const y = super.forward(tokens);
        return y.add(y.detach());
      }
    }
    const worst = Math.max(...checkGradients(smallRun({ model: () => new Wrong() })).map((c) => c.worst));
    assert.ok(worst > 0.1, String(worst));
  });
});

describe("errors say what, where and both values", () => {
  const failure = (change: Parameters<typeof smallRun>[0]): string => {
    try {
      smallRun(change).run();
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return "no error";
  };
  const model = (forward: (self: Counter, tokens: Tensor) => Tensor) => () => {
    class Broken extends Counter {
      override forward(tokens: Tensor): Tensor {
        return forward(this, tokens);
      }
    }
    return new Broken();
  };

  test("a layer that is fed the wrong width", () => {
    assert.match(
      failure({ model: model((m, x) => m.head.forward(m.embed.forward(x))) }),
      /linear: .*shape \[4, 4, 3\].*weight of shape \[5, 6\] takes 6/,
    );
  });
  test("tokens where real numbers are needed", () => {
    assert.match(failure({ model: model((m, x) => m.head.forward(x)) }), /linear: .*\[4, 4\]/);
  });
  test("a label out of range", () => {
    class Small extends Counter {
      override head = new nn.Linear(6, 3);
    }
    assert.match(
      failure({ model: () => new Small() }),
      /label [34] at position \d+ .* 3 classes, so labels go from 0 to 2/,
    );
  });
  test("a token out of range", () => {
    class Small extends Counter {
      override embed = new nn.Embedding(2, 3);
    }
    assert.match(failure({ model: () => new Small() }), /token [2-4] at position \d+ .* 2 rows/);
  });
  test("output and target of different shape", () => {
    assert.match(
      failure({
        model: model((m, x) => m.head.forward(m.embed.forward(x).matmul(m.rnn.weight_ih_l0.transpose(0, 1))).mean(1)),
      }),
      /cross entropy: .*\[4, 5\].*must be \[4\], but it is \[4, 4\]/,
    );
  });
  test("a loss that is no scalar", () => {
    assert.match(
      failure({ loss: (output) => output }),
      /`loss` must return a scalar tensor, but it returned a tensor of shape \[4, 4, 5\]/,
    );
  });
  test("a tensor kept from an iteration that has ended", () => {
    let kept: Tensor | null = null;
    assert.match(
      failure({
        epochs: 2,
        model: model((m, x) => {
          const y = m.embed.forward(x);
          kept ??= y;
          return m.head.forward(m.rnn.forward(kept)[0]);
        }),
      }),
      /belongs to an iteration that has ended/,
    );
  });
  test("parameters that do not reach the loss", () => {
    assert.match(failure({ loss: (output) => output.detach().mean() }), /depends on no trainable parameter/);
  });
  test("a learning rate that is no number", () => {
    assert.match(
      failure({ optimizer: (p) => optim.sgd(p, { learningRate: Number.NaN }) }),
      /learning rate must be a number of at least 0, but it is NaN/,
    );
  });
  test("shapes that do not broadcast", () => {
    assert.match(
      failure({ model: model((m, x) => m.embed.forward(x).add(m.head.weight)) }),
      /add: shapes \[4, 4, 3\] and \[5, 6\] do not broadcast/,
    );
  });
  test("sizes that are no sizes", () => {
    assert.match(
      failure({ model: () => new nn.Linear(0, 3) }),
      /Linear: inFeatures must be a whole number of at least 1, but it is 0/,
    );
  });
});

test("a hidden state carried in makes a difference of one timestep", () => {
  // h_n of the first half fed to the second half is the same as the whole sequence at once
  class Halves extends Counter {
    override forward(tokens: Tensor): Tensor {
      const x = this.embed.forward(tokens);
      const [, hn] = this.rnn.forward(x.narrow(1, 0, 2));
      const [second] = this.rnn.forward(x.narrow(1, 2, time - 2), hn);
      const [whole] = this.rnn.forward(x);
      assert.deepEqual(second.toFlatArray(), whole.narrow(1, 2, 2).toFlatArray());
      return this.head.forward(whole);
    }
  }
  smallRun({ model: () => new Halves() }, { iterations: 1 }).run();
});
