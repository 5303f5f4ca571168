// What the cursor is on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type HoverTarget, hoverTarget, targetExpression } from "../../src/extension/hover/hoverTarget.ts";
import { modelText } from "./samples.ts";

/** The target under the first character of `word`, searched after the first `after`. */
function at(text: string, word: string, after = ""): HoverTarget | null {
  const from = text.indexOf(after);
  const found = text.indexOf(word, from);
  assert.ok(from >= 0 && found >= 0, `${after} … ${word} is in the text`);
  return hoverTarget(text, found);
}

function shown(text: string, target: HoverTarget | null): string | null {
  return target === null ? null : `${target.kind} ${text.slice(target.start, target.end)}`;
}

const inForward = (code: string) => `class Net extends nn.Module {\n  forward(x: Tensor) {\n    ${code}\n  }\n}\n`;

test("a member chain ends at the hovered name and knows its class", () => {
  const text = inForward("return this.rnn.weight_hh_l0.matmul(x);");
  const weight = at(text, "weight_hh_l0");
  assert.equal(shown(text, weight), "member this.rnn.weight_hh_l0");
  assert.deepEqual(weight?.kind === "member" && [weight.className, weight.path], ["Net", ["rnn", "weight_hh_l0"]]);
  assert.equal(shown(text, at(text, "rnn")), "member this.rnn");
  assert.equal(at(text, "this"), null);
});

test("indices, assertions and optional chaining belong to a chain", () => {
  const text = inForward("return this.layers[0]!.cell?.weight.sum();");
  const target = at(text, "weight");
  assert.equal(shown(text, target), "member this.layers[0]!.cell?.weight");
  assert.deepEqual(target?.kind === "member" && target.path, ["layers", "0", "cell", "weight"]);
  assert.equal(target && targetExpression(target), "this.layers[0].cell.weight");
});

test("a class field is the member of that name, with every way to declare it", () => {
  for (const field of ["rnn = new nn.RNN(1, 2);", "readonly rnn: nn.RNN;", "private rnn!: nn.RNN;", "rnn;"]) {
    const text = `class Net extends nn.Module {\n  ${field}\n}\n`;
    const target = at(text, "rnn");
    assert.deepEqual(target?.kind === "member" && target.path, ["rnn"], field);
    assert.equal(target && targetExpression(target), "this.rnn");
  }
});

test("a method is no field", () => {
  assert.equal(at(modelText, "forward(tokens"), null);
});

test("variables and parameters are variables, with the class around them", () => {
  for (const [word, after] of [
    ["tokens: Tensor", ""],
    ["tokens)", "embed.forward"],
    ["x =", "const"],
    ["h]", "const"],
    ["h)", "return"],
  ]) {
    const target = at(modelText, word, after);
    assert.deepEqual(target?.kind === "variable" && target.className, "CharRNN", word);
  }
});

test("comments, strings, keywords, keys and other chains are nothing", () => {
  assert.equal(at(modelText, "h is not"), null);
  assert.equal(at(modelText, "gradient-debugger"), null);
  assert.equal(at(modelText, "return"), null);
  assert.equal(at(modelText, "loss:"), null);
  assert.equal(at(modelText, "crossEntropy"), null);
  assert.equal(hoverTarget(modelText, modelText.indexOf("= new")), null);
});

test("the word is found from its first to after its last character", () => {
  const start = modelText.indexOf("tokens:");
  const ends = [start, start + 3, start + "tokens".length].map((offset) => hoverTarget(modelText, offset)?.start);
  assert.deepEqual(ends, [start, start, start]);
});

test("a class of the file is a class, and the class in a construction is that construction", () => {
  const target = at(modelText, "CharRNN");
  assert.equal(target?.kind === "class" && target.className, "CharRNN");
  assert.equal(shown(modelText, at(modelText, "Linear")), "construction nn.Linear");
  assert.equal(target && targetExpression(target), null);
});

test("the innermost class counts", () => {
  const text = `class A {\n  make() {\n    return class B {\n      w = 1;\n    };\n  }\n  v = 2;\n}\n`;
  const [inner, outer] = [at(text, "w ="), at(text, "v =")];
  assert.equal(inner?.kind === "member" && inner.className, "B");
  assert.equal(outer?.kind === "member" && outer.className, "A");
});
