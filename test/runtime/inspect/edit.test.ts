// Changing values at a pause: elements, rows, whole tensors, gradients, hyper-parameters, and what is refused.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { builtKernels } from "../../engine/builtKernels.ts";
import { pausing } from "./paused.ts";

describe("an expression can be set", () => {
  test("to a number: one element, a row, a whole tensor", () => {
    const { run, edits } = pausing({
      "1 end backward": (p) => {
        p.set("this.head.weight", "0.25");
        p.set("this.head.weight[1]", "-1");
        assert.equal(p.set("this.head.weight[1, 2]", "1 / 3").value, "0.3333");
        assert.equal(p.text("this.head.weight[1, 1]"), "-1");
        assert.equal(p.text("this.head.weight[4, 5]"), "0.25");
        // 24 elements of 0.25, five of −1, and 1/3
        assert.equal(p.text("this.head.weight.sum()"), String(Number((24 * 0.25 - 5 + 1 / 3).toPrecision(4))));
      },
    });
    assert.deepEqual(edits, ["this.head.weight = 0.25", "this.head.weight[1] = -1", "this.head.weight[1, 2] = 1 / 3"]);
    assert.equal(run.iteration, 2);
  });

  test("to a tensor or nested arrays of the same shape, read before it is written", () => {
    pausing({
      "1 end backward": (p) => {
        const before = p.run.model.stateDict().get("rnn.weight_hh_l0")?.toArray();
        p.set("this.rnn.weight_hh_l0", "this.rnn.weight_hh_l0.transpose(0, 1).mul(2)");
        assert.ok(Array.isArray(before) && Array.isArray(before[3]));
        assert.equal(p.run.model.stateDict().get("rnn.weight_hh_l0")?.toFlatArray()[6 + 3], 2 * Number(before[3][1]));
        p.set('parameter("head.bias")', "[1, 2, 3, 4, 5]");
        assert.deepEqual(p.run.model.stateDict().get("head.bias")?.toFlatArray(), [1, 2, 3, 4, 5]);
        p.set("this.head.weight[0]", "this.head.weight[1]");
        assert.equal(p.text("this.head.weight[0].sub(this.head.weight[1]).norm()"), "0");
      },
    });
  });

  test("to what the update then uses: a zeroed gradient leaves a weight without momentum as it was", () => {
    let before: number[] = [];
    pausing({
      "1 end backward": (p) => {
        before = p.run.model.stateDict().get("head.weight")?.toFlatArray() ?? [];
        assert.notEqual(p.text("this.head.weight.grad.norm()"), "0");
        p.set("this.head.weight.grad", "0");
      },
      "1 end update": (p) => assert.deepEqual(p.run.model.stateDict().get("head.weight")?.toFlatArray(), before),
    });
  });

  test("where it is a view: a timestep of an activation, which later operations then read", () => {
    const hidden = (change: boolean) => {
      let h: number[] = [];
      pausing({
        "1 forward rnn[t=2] rnn step": (p) => {
          if (!change) return;
          p.set("h_t", "0");
          p.set("h_t[1, 3]", "0.75");
          assert.deepEqual([p.text("h_t.sum()"), p.text("h_t[1, 3]")], ["0.75", "0.75"]);
        },
        "1 end forward": ({ run }) => {
          h = run.calls.get("rnn")?.outputs[0].toFlatArray() ?? [];
        },
      });
      // [batch, time, features] of the second sequence
      return [0, 1, 2, 3].map((t) => h.slice((4 + t) * 6, (4 + t) * 6 + 6));
    };
    const [plain, changed] = [hidden(false), hidden(true)];
    assert.deepEqual(changed.slice(0, 2), plain.slice(0, 2));
    assert.deepEqual(changed[2], [0, 0, 0, 0.75, 0, 0]);
    assert.notDeepEqual(changed[3], plain[3]);
  });

  test("by the optimizer's settings, within their range", () => {
    pausing({
      "1 end backward": (p) => {
        assert.equal(p.set("optimizer.learningRate", "0.5").value, "0.5");
        assert.equal(p.run.optimizer.learningRate, 0.5);
        p.set("optimizer.groups[0].settings.betas[1]", "0.9");
        p.set("optimizer.groups[0].settings.weightDecay", "0.01");
        assert.equal(p.text("optimizer.groups[0].settings.betas"), "[0.9, 0.9]");
        assert.throws(
          () => p.set("optimizer.learningRate", "-1"),
          /learning rate must be a number of at least 0, but it is -1/,
        );
        assert.throws(() => p.set("optimizer.groups[0].settings.betas[0]", "1.5"), /betas must lie in \[0, 1\)/);
        assert.throws(
          () => p.set("optimizer.groups[0].settings.eps", '"small"'),
          /eps is a number, but the value is a string/,
        );
        assert.equal(p.text("optimizer.groups[0].settings"), "Object");
        assert.equal(p.text("optimizer.groups[0].settings.betas"), "[0.9, 0.9]", "a refused value changes nothing");
      },
    });
  });

  test("in the console by an assignment", () => {
    const { edits } = pausing({
      "1 end backward": (p) => {
        assert.match(p.evaluate("this.head.weight = this.head.weight.mul(0)", "repl").value, /norm 0/);
        assert.equal(p.evaluate("learningRate === 0.02", "repl").value, "true");
        assert.throws(
          () => p.evaluate("optimizer.learningRate *= 2", "repl"),
          /write optimizer\.learningRate = … with the new value/,
        );
        assert.throws(() => p.evaluate("this.head.weight = 0", "watch"), /changes nothing/);
      },
    });
    assert.deepEqual(edits, ["this.head.weight = this.head.weight.mul(0)"]);
  });

  test("in tokens, within the rows of the table that has read them", () => {
    pausing({
      "1 end forward": (p) => {
        p.set("input[0, 1]", "4");
        assert.equal(p.text("input[0, 1]"), "4");
        assert.throws(
          () => p.set("input[0, 1]", "5"),
          /input\[0, 1\] takes whole numbers from 0 to 4 here, so 5 does not fit/,
        );
        assert.throws(() => p.set("input[0, 1]", "0.5"), /whole numbers \(int32\), so 0\.5 does not fit/);
        p.set("target", "3");
        assert.equal(p.text("target[3, 3]"), "3");
      },
    });
  });
});

describe("an expression cannot be set", () => {
  const refused: readonly (readonly [string, string, RegExp])[] = [
    [
      "this.head.weight",
      "this.head.bias",
      /^Error: this\.head\.weight has shape \[5, 6\], but the value has shape \[5\]$/,
    ],
    ["this.head.bias", "[1, 2]", /has shape \[5\], but the value has shape \[2\]/],
    ["this.head.weight", "[[1, 2], [3]]", /are nested arrays of unequal lengths/],
    ["this.head.bias", "[1, 2, 3, 4, null]", /holds numbers, but the value holds null/],
    ["this.head.weight", '"much"', /takes a number, a tensor or nested arrays of that shape, not "much"/],
    ["this.head.weight[7, 0]", "1", /index 7 is out of range for dimension 0 of shape \[5, 6\]/],
    ["this.head.weight.mul(2)", "1", /cannot be changed: the run does not compute with it/],
    ["this.head.weight.norm()", "1", /cannot be changed: the run does not compute with it/],
    [
      "this.rnn",
      "1",
      /this\.rnn cannot be changed: elements of tensors, whole tensors and the optimizer's settings can/,
    ],
    ["epoch", "1", /epoch cannot be changed/],
    ["optimizer.t", "1", /optimizer\.t cannot be changed/],
    ["nothing", "1", /there is no nothing at this pause/],
  ];
  for (const [expression, value, message] of refused) {
    test(`${expression} = ${value}`, () => {
      const { edits } = pausing({
        "1 end backward": (p) => {
          const weights = [...p.run.model.stateDict()].map(([, w]) => w.toFlatArray());
          assert.throws(() => p.set(expression, value), message);
          assert.deepEqual(
            [...p.run.model.stateDict()].map(([, w]) => w.toFlatArray()),
            weights,
          );
        },
      });
      assert.deepEqual(edits, []);
    });
  }

  test("to a number that float32 does not hold; to NaN it can", () => {
    const [{ kernels }] = builtKernels();
    pausing(
      {
        "1 end backward": (p) => {
          assert.throws(
            () => p.set("this.head.bias[0]", "1e39"),
            /whose largest number is 3\.403e\+38, so 1e\+39 does not fit/,
          );
          assert.equal(p.set("this.head.bias[0]", "NaN").value, "NaN");
          assert.equal(p.set("this.head.bias[1]", "−∞").value, "−∞");
          p.set("this.head.bias", "0");
        },
      },
      { kernels: kernels() },
    );
  });
});

describe("a variable can be set by its name in the view", () => {
  test("an element, a row, a tensor, a setting, and shows its new value", () => {
    pausing({
      "1 end backward": (p) => {
        const { reference } = p.scope("Parameters");
        const tensor = p.ask("setVariable", { reference, name: "head.bias", value: "2" });
        assert.match(tensor.value, /mean 2 ± 0/);
        const element = p.ask("setVariable", { reference: tensor.reference, name: "3", value: "-0.5" });
        assert.deepEqual([element.name, element.value], ["3", "-0.5"]);
        assert.deepEqual(p.run.model.stateDict().get("head.bias")?.toFlatArray(), [2, 2, 2, -0.5, 2]);
        const rate = p.ask("setVariable", {
          reference: p.scope("Optimizer").reference,
          name: "learningRate",
          value: "0.1",
        });
        assert.deepEqual([rate.value, p.run.optimizer.learningRate], ["0.1", 0.1]);
      },
    });
  });

  test("and tells which ones can", () => {
    pausing({
      "1 end backward": (p) => {
        const changeable = (name: string) =>
          p
            .children(p.scope(name))
            .filter((child) => child.changeable)
            .map((child) => child.name);
        assert.ok(changeable("Parameters").includes("rnn.weight_hh_l0"));
        assert.ok(changeable("Gradients").includes("∂L/∂(head.weight)"));
        assert.deepEqual(changeable("Optimizer").slice(0, 5), [
          "learningRate",
          "betas",
          "eps",
          "weightDecay",
          "amsgrad",
        ]);
        assert.deepEqual(changeable("Run"), []);
        assert.equal(p.child("this.head.weight", "norm").changeable, false);
        assert.throws(
          () => p.ask("setVariable", { reference: p.scope("Run").reference, name: "gradNorm", value: "1" }),
          /there is no "gradNorm" among these values|cannot be changed/,
        );
      },
    });
  });
});
