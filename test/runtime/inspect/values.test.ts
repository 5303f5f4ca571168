// What a value shows: statistics, pages of elements, digits, hexadecimal, histogram, bytes, and the iteration before.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { formatHistogram, formatNumber } from "../../../src/runtime/inspect/format.ts";
import { builtKernels } from "../../engine/builtKernels.ts";
import { type Paused, pausing } from "./paused.ts";

const statistics = { count: 4, norm: 0, std: 0, zeros: 0, nonFinite: 0 };

test("numbers have as many significant digits as asked for, and no more zeros than needed", () => {
  const shown: readonly (readonly [number, number, string])[] = [
    [1 / 3, 4, "0.3333"],
    [1 / 3, 9, "0.333333333"],
    [0.5, 9, "0.5"],
    [12345.678, 4, "12350"],
    [12345.678, 7, "12345.68"],
    [1.23456e-5, 3, "1.23e-5"],
    [-2e-8, 4, "-2e-8"],
    [1234567.5, 4, "1.235e+6"],
    [7, 1, "7"],
    [Number.NaN, 4, "NaN"],
    [Number.NEGATIVE_INFINITY, 4, "−∞"],
  ];
  for (const [x, digits, text] of shown) assert.equal(formatNumber(x, digits), text);
});

describe("the histogram", () => {
  test("has the range at its ends and the mean marked at its place", () => {
    // 40 bins from 0 to 40: three in the first, one in the last, the mean (0 + 0 + 0 + 40) / 4 = 10 in the eleventh
    const text = formatHistogram([0, 0, 0, 40], { ...statistics, min: 0, max: 40, mean: 10 });
    assert.equal(text, `0 ▕█${" ".repeat(38)}▃▏ 40\n${" ".repeat(3 + 10)}▲ mean 10`);
  });

  test("leaves out what is not finite, and there is none of equal elements", () => {
    const text = formatHistogram([0, Number.NaN, 1, Number.POSITIVE_INFINITY], {
      ...statistics,
      min: 0,
      max: 1,
      mean: 0.5,
    });
    assert.equal(text?.match(/█/g)?.length, 2);
    assert.equal(formatHistogram([2, 2], { ...statistics, min: 2, max: 2, mean: 2 }), null);
  });

  test("is in the console's answer and in no other", () => {
    pausing({
      "1 end backward": (p) => {
        assert.match(
          p.evaluate("this.rnn.weight_hh_l0", "repl").value,
          /^Tensor \[6, 6\] .*\n-0\.\d+ ▕.*▏ 0\.\d+\n *▲ mean /,
        );
        assert.doesNotMatch(p.text("this.rnn.weight_hh_l0"), /\n/);
      },
    });
  });
});

describe("a tensor opens", () => {
  test("into statistics, its gradient, and its rows, each with the expression that gives it", () => {
    pausing({
      "1 end backward": (p) => {
        const { namedChildren, indexedChildren, reference } = p.evaluate("this.head.weight");
        const all = p.children({ reference });
        assert.deepEqual([all.length, indexedChildren], [namedChildren + 5, 5]);
        const names = all.slice(0, namedChildren).map(({ name }) => name);
        assert.deepEqual(names, ["shape", "norm", "mean", "std", "min", "max", "zeros", "grad"]);
        for (const { evaluateName, value } of all) {
          if (evaluateName !== "") assert.equal(p.text(evaluateName), value, evaluateName);
        }
        const [element] = p.children(all[namedChildren + 2]).filter(({ name }) => name === "5");
        assert.equal(element.evaluateName, "this.head.weight[2][5]");
        assert.equal(p.text("this.head.weight[2, 5]"), element.value);
      },
    });
  });

  test("page by page", () => {
    pausing({
      "1 end backward": (p) => {
        const { reference, namedChildren } = p.evaluate("this.head.weight");
        const page = p.ask("children", { reference, start: namedChildren + 1, count: 3 });
        assert.deepEqual(
          page.map(({ name }) => name),
          ["1", "2", "3"],
        );
        assert.throws(
          () => p.ask("children", { reference: 4711, start: 0, count: 1 }),
          /the reference 4711 is not valid any more/,
        );
      },
    });
  });

  test("with the digits that were asked for", () => {
    pausing(
      { "1 end backward": (p) => assert.match(p.text("this.head.weight"), /norm \d\.\d{6,8} /) },
      { precision: 8 },
    );
  });

  test("in hexadecimal where it holds tokens, and only there", () => {
    pausing({
      "1 end backward": (p) => {
        const children = (expression: string) => {
          const { reference } = p.evaluate(expression);
          return p
            .ask("children", { reference, start: 0, count: 0, hex: true })
            .filter(({ name }) => /^\d+$/.test(name));
        };
        p.set("input[0]", "[0, 1, 2, 3]");
        assert.deepEqual(
          children("input[0]").map(({ value }) => value),
          ["0x0", "0x1", "0x2", "0x3"],
        );
        for (const { value } of children("this.head.bias")) assert.doesNotMatch(value, /0x/);
      },
    });
  });
});

describe("the memory of a tensor", () => {
  function read(p: Paused, expression: string, offset: number, count: number) {
    const { memory } = p.evaluate(expression);
    assert.ok(memory !== undefined, `${expression} has no memory`);
    const { data, ...rest } = p.ask("readMemory", { memory, offset, count });
    return { ...rest, bytes: Buffer.from(data, "base64") };
  }

  test("is float32 in little-endian bytes, as in wasm memory", () => {
    const [{ kernels }] = builtKernels();
    pausing(
      {
        "1 end backward": (p) => {
          const weights = p.run.model.stateDict().get("head.weight");
          const { bytes, address, unreadableBytes } = read(p, "this.head.weight", 0, 5 * 6 * 4);
          assert.deepEqual(
            Array.from({ length: 30 }, (_, i) => bytes.readFloatLE(4 * i)),
            weights?.toFlatArray(),
          );
          assert.deepEqual([Number(address), unreadableBytes], [weights?.floats.ptr, 0]);
          assert.equal(read(p, "this.head.weight[1]", 0, 4).bytes.readFloatLE(), weights?.toFlatArray()[6]);
        },
      },
      { kernels: kernels() },
    );
  });

  test("is float64 of the reference kernels, int32 of tokens, and row-major of a view", () => {
    pausing({
      "1 end backward": (p) => {
        const bias = p.run.model.stateDict().get("head.bias")?.toFlatArray() ?? [];
        assert.equal(read(p, "this.head.bias", 8, 8).bytes.readDoubleLE(), bias[1]);
        assert.equal(read(p, "input", 4, 4).bytes.readInt32LE(), p.run.batch?.input.toFlatArray()[1]);
        const transposed = read(p, "this.head.weight.transpose(0, 1)", 8, 8).bytes.readDoubleLE();
        assert.equal(transposed, p.run.model.stateDict().get("head.weight")?.toFlatArray()[6]);
      },
    });
  });

  test("ends where the tensor does: what cannot be read is counted", () => {
    pausing({
      "1 end backward": (p) => {
        const size = 5 * 8;
        const outcome = (offset: number, count: number) => {
          const { bytes, unreadableBytes } = read(p, "this.head.bias", offset, count);
          return [bytes.length, unreadableBytes];
        };
        assert.deepEqual(outcome(0, size), [size, 0]);
        assert.deepEqual(outcome(size - 3, 10), [3, 7]);
        assert.deepEqual(outcome(size, 10), [0, 10]);
        assert.deepEqual(outcome(size + 100, 10), [0, 10]);
        assert.deepEqual(outcome(-4, 10), [0, 4]);
        assert.deepEqual(outcome(-40, 10), [0, 10]);
        assert.deepEqual(outcome(5, 0), [0, 0]);
      },
    });
  });

  test("is void after the pause, and numbers have none", () => {
    let old = "";
    pausing({
      "1 end forward": (p) => {
        old = p.evaluate("this.head.bias").memory ?? "";
        assert.equal(p.evaluate("iteration").memory, undefined);
      },
      "1 end backward": (p) => {
        assert.throws(() => p.ask("readMemory", { memory: old, offset: 0, count: 4 }), /is not of this pause/);
        assert.throws(
          () => p.ask("readMemory", { memory: "x", offset: 0, count: 4 }),
          /the memory reference x is not of this pause/,
        );
      },
    });
  });
});

describe("the previous-step difference", () => {
  const name = "previous-step difference";

  test("of a parameter is the last update, before this iteration's and after it", () => {
    const weights: number[][] = [];
    const note = (p: Paused) => weights.push(p.run.model.stateDict().get("head.weight")?.toFlatArray() ?? []);
    const distance = (a: number[], b: number[]) => formatNumber(Math.hypot(...a.map((x, i) => x - b[i])));
    pausing({
      "1 end backward": note,
      "2 end backward": (p) => {
        note(p);
        const difference = p.child("this.head.weight", name);
        assert.ok(difference.value.startsWith(`norm ${distance(weights[1], weights[0])}  ratio `), difference.value);
        assert.match(difference.value, /by the update of iteration 1$/);
        const children = new Map(p.children(difference).map((child) => [child.name, child]));
        assert.equal(children.get("norm")?.value, distance(weights[1], weights[0]));
        const ratio = Math.hypot(...weights[1].map((x, i) => x - weights[0][i])) / Math.hypot(...weights[0]);
        assert.equal(children.get("ratio")?.value, formatNumber(ratio));
        assert.equal(p.text("difference(this.head.weight)[1, 2]"), formatNumber(weights[1][8] - weights[0][8]));
        assert.equal(p.text("previous(this.head.weight)[1, 2]"), formatNumber(weights[0][8]));
      },
      "2 end update": (p) => {
        note(p);
        const { value } = p.child("this.head.weight", name);
        assert.ok(value.startsWith(`norm ${distance(weights[2], weights[1])}  ratio `), value);
        assert.match(value, /by the update of iteration 2$/);
      },
    });
  });

  test("of gradients, outputs of layers and their timesteps compares the same ones", () => {
    const seen = new Map<string, string>();
    pausing({
      "1 end backward": (p) => {
        seen.set("grad", p.text("this.head.weight.grad[0, 0]"));
        seen.set("h", formatNumber(p.run.calls.get("rnn")?.outputs[0].toFlatArray()[6] ?? Number.NaN));
      },
      "2 forward rnn[t=1] rnn step": (p) => assert.equal(p.text("previous(h_t)[0, 0]"), seen.get("h")),
      "2 end backward": (p) => {
        assert.equal(p.text("previous(this.head.weight.grad)[0, 0]"), seen.get("grad"));
        const [first] = p.children(p.scope("Activations")).filter((child) => child.name === "rnn output");
        const [difference] = p.children(first).filter((child) => child.name === name);
        assert.match(difference.value, /^norm [\d.e-]+ {2}ratio [\d.e-]+ {2}to iteration 1$/);
      },
    });
  });

  test("is not there in the first iteration, nor of what an expression makes", () => {
    pausing({
      "1 end backward": (p) => {
        assert.ok(!p.children(p.evaluate("this.head.weight")).some((child) => child.name === name));
        assert.throws(() => p.text("previous(this.head.weight)"), /this is the first iteration/);
      },
      "2 end backward": (p) =>
        assert.throws(() => p.text("difference(this.head.weight.mul(2))"), /no parameter, gradient/),
    });
  });

  test("costs nothing at full speed: it says so, and is kept when the console has asked for it", () => {
    const weights: number[][] = [];
    pausing(
      {
        "3 end backward": (p) => {
          const { value } = p.child("this.head.weight", name);
          assert.equal(
            value,
            "iteration 2 was not kept at full speed; previous(this.head.weight) in the console keeps from now on",
          );
          assert.equal(p.inspector.previous.wanted, false);
          assert.throws(() => p.text("previous(this.head.weight)"), /from now on the iteration before is kept/);
        },
        "5 end update": (p) => weights.push(p.run.model.stateDict().get("head.weight")?.toFlatArray() ?? []),
        "6 end update": (p) => weights.push(p.run.model.stateDict().get("head.weight")?.toFlatArray() ?? []),
        "7 end backward": (p) => {
          const { value } = p.child("this.head.weight", name);
          const norm = Math.hypot(...weights[1].map((w, i) => w - weights[0][i]));
          assert.ok(value.startsWith(`norm ${formatNumber(norm)}  ratio `), value);
          assert.match(value, /by the update of iteration 6$/);
        },
      },
      { iterations: 7, change: { epochs: 4 }, keepWeights: false },
    );
  });
});
