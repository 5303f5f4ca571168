// Expressions: what they can read, PyTorch's indices, and that they change nothing.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readingExpression, targetOf } from "../../../src/runtime/inspect/syntax.ts";
import { type Paused, pausing } from "./paused.ts";

/** Checks at the end of the first backward pass. */
function atBackward(check: (paused: Paused) => void): void {
  pausing({ "1 end backward": check });
}

describe("an expression", () => {
  test("reads tensors by name, by parameter name and by the layers under this", () => {
    atBackward((p) => {
      assert.match(p.text("this.rnn.weight_hh_l0"), /^Tensor \[6, 6\] {2}norm \d/);
      assert.equal(p.text('parameter("rnn.weight_hh_l0")'), p.text("this.rnn.weight_hh_l0"));
      assert.equal(p.text("model.rnn.weight_hh_l0.shape"), "[6, 6]");
      assert.equal(p.text("optimizer.learningRate"), "0.02");
      assert.equal(p.text("learningRate"), "0.02");
      assert.equal(p.text("phase"), '"backward"');
    });
  });

  test("takes elements and slices as PyTorch does, negative indices from the end", () => {
    atBackward((p) => {
      const rows = p.run.model.stateDict().get("head.weight")?.toArray();
      assert.ok(Array.isArray(rows) && Array.isArray(rows[1]));
      const shown = (x: unknown) => String(Number(Number(x).toPrecision(4)));
      assert.equal(p.text("this.head.weight[1, 2]"), shown(rows[1][2]));
      assert.equal(p.text("this.head.weight[1][2]"), shown(rows[1][2]));
      assert.equal(p.text("this.head.weight.at(1, 2)"), shown(rows[1][2]));
      assert.equal(p.text("this.head.weight[-4, -4]"), shown(rows[1][2]));
      assert.match(p.text("this.head.weight[1]"), /^Tensor \[6\]/);
      assert.equal(p.text("this.head.weight[1].norm().item() > 0 && iteration === 1"), "true");
    });
  });

  test("leaves brackets of arrays, objects and texts as JavaScript has them", () => {
    atBackward((p) => {
      assert.equal(p.text("[10, 20, 30][1]"), "20");
      assert.equal(p.text("[10, 20, 30].at(-1)"), "30");
      assert.equal(p.text('({ a: { b: 7 } })["a"].b'), "7");
      assert.equal(p.text("input.shape[1]"), "4");
      assert.equal(p.text("[1, 2].map((x) => { const y = [x, 5]; return y[0] + y[1]; }).join()"), '"6,7"');
      const template = "`$" + "{[1, 2][1]} of $" + "{optimizer.groups.length}`";
      assert.equal(p.text(template), '"2 of 1"');
      assert.equal(p.text('this.rnn.weight_hh_l0["length"]'), "36");
    });
  });

  test("says what is wrong with an index, with the shape", () => {
    atBackward((p) => {
      const message = "index 9 is out of range for dimension 0 of shape [5, 6]: it goes from -5 to 4";
      assert.throws(() => p.text("this.head.weight[9, 0]"), { message });
      assert.throws(() => p.text("this.head.weight[0, 0, 0]"), /3 indices are too many for a tensor of shape \[5, 6\]/);
      assert.throws(() => p.text("this.head.weight[0.5]"), /must be a whole number, but is 0\.5/);
      assert.throws(() => p.text("undefined[0]"), /there is nothing to take \[0\] of: it is undefined/);
    });
  });

  test("that is none is told with its column; an unknown name with the known ones", () => {
    atBackward((p) => {
      assert.throws(() => p.text("1 +"), /^Error: this is not an expression: unexpected token at column 4 of `1 \+`$/);
      assert.throws(() => p.text("1 2"), /"2" is left over after `1`/);
      assert.throws(() => p.text("nothing"), /there is no nothing at this pause; there are .*learningRate.*, and this/);
      assert.throws(() => p.text("  "), /there is nothing to evaluate/);
      assert.throws(() => p.text("(() => { for (;;); })()"), /took longer than 2 s/);
    });
  });

  test("that would change something is refused", () => {
    for (const text of [
      "x = 1",
      "(x += 1)",
      "x++",
      "delete x.y",
      "this.zeroGrad()",
      "loss.backward()",
      "optimizer.step()",
    ]) {
      assert.throws(() => readingExpression(text), /reads and changes nothing/, text);
    }
    assert.doesNotThrow(() => readingExpression("x === 1 && y >= 2"));
  });

  test("that calls a layer leaves random numbers, names and the tape as they were", () => {
    atBackward((p) => {
      const { engine } = p.run;
      const before = [engine.random.getState(), engine.tape.length, [...p.user.tensors.keys()]];
      assert.match(p.text("this.forward(input)"), /^Tensor \[4, 4, 5\]/);
      assert.match(p.text("F.dropout(output, 0.5)"), /^Tensor/);
      assert.deepEqual([engine.random.getState(), engine.tape.length, [...p.user.tensors.keys()]], before);
    });
  });
});

test("what an expression names is found under its brackets, calls and dots", () => {
  assert.deepEqual(targetOf("x[0, 3]"), { kind: "index", base: "x", indices: ["0", "3"] });
  assert.deepEqual(targetOf("a.b(c).at(i + 1)"), { kind: "index", base: "a.b(c)", indices: ["i + 1"] });
  assert.deepEqual(targetOf("(optimizer.learningRate)"), { kind: "member", base: "optimizer", name: "learningRate" });
  assert.deepEqual(targetOf('parameter("x")'), { kind: "other" });
});
