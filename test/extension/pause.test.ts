// What the editor shows of a pause: texts at the lines' ends, the iteration that is typed, the row that the inspector opens.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inlineTexts } from "../../src/extension/pause/inlineText.ts";
import { iterationProblem } from "../../src/extension/pause/iterationInput.ts";
import { shownParameter } from "../../src/extension/pause/shownParameter.ts";
import type { InspectorState } from "../../src/protocol/inspector/inspector.ts";
import { file, model, position, report, running } from "./samples.ts";

const paused: InspectorState = {
  ...running,
  status: { kind: "paused", position, text: "rnn[t=4] backward" },
  statistics: report(3, false),
};

describe("inline values", () => {
  test("are shape and norm of each tensor at the line that assigned it, with the gradient when there is one", () => {
    assert.deepEqual(inlineTexts(paused, file), [
      { line: 10, text: "x: [2, 5, 2] ‖x‖ = 7" },
      { line: 11, text: "h: [2, 5, 3] ‖h‖ = 4 ‖∂L/∂h‖ = 0.25" },
    ]);
  });

  test("are none while training runs, of another file, or of an iteration that is over", () => {
    assert.deepEqual(inlineTexts(running, file), []);
    assert.deepEqual(inlineTexts(paused, "/work/other.ts"), []);
    assert.deepEqual(inlineTexts({ ...paused, statistics: report(2, true) }, file), []);
    assert.deepEqual(inlineTexts({ ...paused, statistics: null }, file), []);
  });

  test("say how many elements are not finite", () => {
    const [x] = report(3, false).variables;
    const statistics = { ...report(3, false), variables: [{ ...x, values: { ...x.values, nonFinite: 3 } }] };
    assert.deepEqual(inlineTexts({ ...paused, statistics }, file), [
      { line: 10, text: "x: [2, 5, 2] ‖x‖ = 7 3 not finite" },
    ]);
  });
});

test("an iteration is a whole number of the run", () => {
  for (const text of ["1", "20", " 7 "]) assert.equal(iterationProblem(text, 20), null, text);
  for (const text of ["", " ", "0", "21", "1.5", "-1", "ten"]) {
    assert.equal(iterationProblem(text, 20), "Write a whole number from 1 to 20", text);
  }
});

describe("the parameter of a row of the variables", () => {
  const rows: readonly (readonly [object, string | null])[] = [
    [{ name: "rnn.weight_hh_l0", evaluateName: 'parameter("rnn.weight_hh_l0")' }, "rnn.weight_hh_l0"],
    [{ name: "weight_hh_l0", evaluateName: "this.rnn.weight_hh_l0" }, "rnn.weight_hh_l0"],
    [{ name: "grad", evaluateName: "this.rnn.weight_hh_l0.grad" }, "rnn.weight_hh_l0"],
    [{ name: "∂L/∂(rnn.weight_ih_l0)" }, "rnn.weight_ih_l0"],
    [{ name: "m(head.0.weight)" }, "head.0.weight"],
    [{ name: "h", evaluateName: "h" }, null],
    [{ name: "rnn", evaluateName: "this.rnn" }, null],
    [{}, null],
  ];
  for (const [row, expected] of rows) {
    test(`${JSON.stringify(row)} is ${expected}`, () => assert.equal(shownParameter(row, model), expected));
  }
});
