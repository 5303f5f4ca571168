// What a hover says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hoverTarget } from "../../src/extension/hover/hoverTarget.ts";
import { hoverText } from "../../src/extension/hover/hoverText.ts";
import { type InspectorState, initialState } from "../../src/protocol/inspector/inspector.ts";
import type { ModelInfo } from "../../src/protocol/model.ts";
import { file, model, modelText, position, report, running } from "./samples.ts";

/** Hover over the first `word` after the first `after`. */
function hover(word: string, after: string, state: InspectorState, text = modelText): string | null {
  const offset = text.indexOf(word, text.indexOf(after));
  assert.ok(offset >= 0, `${word} is in the text`);
  const before = text.slice(0, offset).split("\n");
  const place = { file, line: before.length, column: before[before.length - 1].length + 1 };
  const target = hoverTarget(text, offset);
  return target === null ? null : hoverText(target, place, state);
}

/** The cells of a row of the Markdown table that begins with this; blanks within a cell do not break. */
function row(markdown: string | null, first: string): readonly string[] | undefined {
  const line = markdown
    ?.replaceAll("\u00a0", " ")
    .split("\n")
    .find((candidate) => candidate.startsWith(`| ${first} |`));
  return line?.slice(2, -2).split(" | ");
}

const withMembers = modelText.replace("return", "this.rnn.weight_hh_l0.grad;\n    return");

test("a parameter shows shape, norm, mean ± std, gradient norm, last update and its ratio", () => {
  const text = hover("weight_hh_l0", "", running, withMembers);
  const cells = ["`rnn.weight_hh_l0`", "[3, 3]", "3", "0.25 ± 0.5", "0.125", "0.5", "0.0625"];
  assert.deepEqual(row(text, "`rnn.weight_hh_l0`"), cells);
  assert.deepEqual(row(text, "parameter"), [
    ...["parameter", "shape", "norm", "mean ± std"],
    ...["gradient norm", "last update norm", "update ratio"],
  ]);
  assert.match(text ?? "", /Numbers of iteration 3, epoch 1\./);
});

test("a parameter's .grad is the parameter", () => {
  assert.equal(hover("grad;", "", running, withMembers), hover("weight_hh_l0", "", running, withMembers));
});

test("a layer shows its norms and a row for each of its parameters, from its field and from its use", () => {
  const field = hover("rnn =", "", running);
  assert.match(field ?? "", /^\*\*RNN\*\* `rnn`/);
  assert.match(field ?? "", /gradient norm of its parameters 0\.375 · of its output 0\.007813/);
  assert.ok(row(field, "`rnn.weight_ih_l0`") && row(field, "`rnn.weight_hh_l0`"));
  assert.equal(row(field, "`head.0.weight`"), undefined);
  assert.equal(hover("rnn.forward", "", running), field);
});

test("a container shows the parameters inside it, and a construction only the layer it makes", () => {
  assert.ok(row(hover("head =", "", running), "`head.0.weight`"));
  const linear = hover("Linear", "", running);
  assert.match(linear ?? "", /^\*\*Linear\*\* `head\.0`/);
});

test("the model's class shows all of its parameters, a frozen one as frozen", () => {
  const text = hover("CharRNN", "", running);
  assert.match(text ?? "", /^\*\*CharRNN\*\* the model/);
  assert.equal(row(text, "`embed.weight`")?.[4], "frozen");
  assert.ok(row(text, "`head.0.weight`"));
});

test("a tensor shows its last assignment, and counts what is not finite", () => {
  const text = hover("h)", "return", running);
  assert.match(text ?? "", /^\*\*tensor\*\* `h`, assigned in line 11/);
  assert.deepEqual(row(text, "[2, 5, 3]"), ["[2, 5, 3]", "4", "0.25 ± 0.5", "-1 … 2", "0.25 and 2 not finite"]);
  assert.deepEqual(row(hover("x)", "", running), "[2, 5, 2]")?.[4], "–");
});

test("of several assignments the last one above the cursor counts", () => {
  const statistics = report(3, true);
  const [, h] = statistics.variables;
  const variables = [{ ...h, line: 5 }, h, { ...h, line: 20 }];
  const state = { ...running, statistics: { ...statistics, variables } };
  assert.match(hover("h)", "return", state) ?? "", /assigned in line 11/);
  assert.match(
    hover("h)", "return", { ...state, statistics: { ...statistics, variables: [variables[2]] } }) ?? "",
    /line 20/,
  );
});

test("at a pause the numbers are those of the pause, and the last update that of the iteration before", () => {
  const status = { kind: "paused", position, text: "" } as const;
  const state = { ...running, status, statistics: report(4, false), previous: report(3, true) };
  const text = hover("weight_hh_l0", "", state, withMembers);
  assert.match(text ?? "", /Numbers of iteration 4, epoch 1, as of this pause in backward\./);
  assert.deepEqual(row(text, "`rnn.weight_hh_l0`")?.slice(4), ["0.125", "0.5", "0.0625"]);
  const first = hover("weight_hh_l0", "", { ...state, previous: null }, withMembers);
  assert.deepEqual(row(first, "`rnn.weight_hh_l0`")?.slice(4), ["0.125", "–", "–"]);
});

test("a class that is used at several places shows each of them, up to four", () => {
  const paths = ["a", "b", "c", "d", "e"];
  const layers = paths.map((path) => ({ path, type: "CharRNN", source: null, recurrent: false }));
  const parameters = paths.map((path) => ({ name: `${path}.w`, shape: [1], layer: path, trainable: true }));
  const many: ModelInfo = { ...model, layers, parameters };
  const text = hover("w;", "this.w", { ...running, model: many }, modelText.replace("return", "this.w; return"));
  assert.match(text ?? "", /^\*\*parameter\*\* `a\.w`, `b\.w`, `c\.w`, `d\.w`\n/);
  assert.match(text ?? "", /\n\nand 1 more\n\n/);
  assert.equal(row(text, "`e.w`"), undefined);
});

test("a member of a base class is found by the layers that have it", () => {
  const text = modelText.replace("class CharRNN", "class Base");
  assert.match(hover("rnn =", "", running, text) ?? "", /^\*\*RNN\*\* `rnn`/);
});

test("before the first iteration shapes are known and the hover says why there are no numbers", () => {
  const text = hover("rnn =", "", { ...running, statistics: null });
  assert.deepEqual(row(text, "`rnn.weight_hh_l0`")?.slice(0, 3), ["`rnn.weight_hh_l0`", "[3, 3]", "–"]);
  assert.match(text ?? "", /No iteration has finished yet/);
});

test("what the run does not know has no hover", () => {
  assert.equal(hover("rnn =", "", initialState), null);
  assert.equal(hover("tokens:", "", running), null);
  assert.equal(hover("Tensor {", "", running), null);
  assert.equal(hover("forward(x", "", running), null);
});
