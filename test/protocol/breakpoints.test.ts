// What a user writes for a breakpoint: read or refused, with the place of the mistake.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseExpression } from "../../src/protocol/breakpoints/expression.ts";
import { ExpressionError } from "../../src/protocol/breakpoints/expressionError.ts";
import { parseHitCondition } from "../../src/protocol/breakpoints/hitCondition.ts";
import { parseLogMessage } from "../../src/protocol/breakpoints/logMessage.ts";
import { checkNames, namesIn } from "../../src/protocol/breakpoints/names.ts";
import { editDistance, nearest } from "../../src/protocol/breakpoints/nearest.ts";
import { matchPattern, parsePattern } from "../../src/protocol/breakpoints/pattern.ts";

/** The message with its place, or "fine". */
function problem(text: string, read: (text: string) => unknown): string {
  try {
    read(text);
    return "fine";
  } catch (error) {
    assert.ok(error instanceof ExpressionError, String(error));
    return error.placed(text);
  }
}

const condition = (text: string) => problem(text, (t) => checkNames(parseExpression(t), (name) => name === "h"));

describe("a condition that cannot be read", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["t = 0", "column 3: a condition compares and changes nothing: write === to compare"],
    ["h.std( > 3", "column 8: a value is expected, but there is “>”"],
    ["loss >", "column 7: a value is expected, but the expression ends"],
    ["", "column 1: a value is expected, but the expression ends"],
    ["(loss > 3", "column 10: “)” is expected, but the expression ends"],
    ["loss > 3)", "column 9: the end of the expression is expected, but there is “)”"],
    ["a ? b", "column 6: “:” is expected, but the expression ends"],
    ["t & 1", "column 3: write && for “and”"],
    ["h?.grad", "column 2: write a plain dot: where a value is not there yet, the condition does not hold"],
    ["-2 ** 2", "column 1: write parentheses to say what “-” belongs to beside **"],
    ["phase === 'forward", "column 11: the string that begins with ' is not closed"],
    ["1abc", "column 1: “1abc” is not a number"],
    ["loss > 3;", "column 9: one expression is expected, without a semicolon"],
    ["t === 0 &&\n  t == ", "line 2, column 8: a value is expected, but the expression ends"],
  ];
  for (const [text, expected] of cases) {
    test(`says where: ${JSON.stringify(text)}`, () => assert.equal(condition(text), expected));
  }
});

describe("a name that is nowhere", () => {
  test("is refused with the names like it", () => {
    assert.equal(
      condition("lss > 3"),
      "column 1: nothing is called “lss”, neither in this language nor in the model file; did you mean loss?",
    );
    assert.match(condition("t > 1 && grad_norm > 5"), /^column 10: .*did you mean gradNorm\?$/);
    assert.match(condition("Math.flor(t)"), /^column 6: there is no Math\.flor; did you mean floor/);
  });

  test("but a variable of the program, an inner property and every name of the language are fine", () => {
    for (const text of [
      "h.anything.at.all() > 1",
      "isFinite(loss) && t % 2 === 0",
      "parameters['a.b'].grad.norm() < Math.PI",
    ])
      assert.equal(condition(text), "fine");
  });

  test("as a function is refused, and so is chance", () => {
    assert.match(condition("h(3)"), /^column 1: h\(\) cannot be called in a condition/);
    assert.match(condition("Math.random() > 0.5"), /^column 6: Math\.random\(\) gives another answer each time/);
  });
});

test("the names of an expression are found, those of properties left out", () => {
  const names = namesIn(
    parseExpression("h.std() > t && [phase, loss].includes(Math.max(epoch, 1)) ? -layer : !this.rnn"),
  );
  assert.deepEqual([...names].sort(), ["Math", "epoch", "h", "layer", "loss", "phase", "t", "this"]);
});

describe("a hit condition", () => {
  const first12 = Array.from({ length: 12 }, (_, i) => i + 1);
  const cases: Readonly<Record<string, readonly number[]>> = {
    "5": [5],
    "== 5": [5],
    "=5": [5],
    "===5": [5],
    ">= 10": [10, 11, 12],
    "> 10": [11, 12],
    "<= 2": [1, 2],
    "<3": [1, 2],
    "% 4": [4, 8, 12],
    " %5 ": [5, 10],
  };
  for (const [text, expected] of Object.entries(cases)) {
    test(`“${text}” stops at hits ${expected.join(", ")} of 12`, () =>
      assert.deepEqual(first12.filter(parseHitCondition(text)), expected));
  }

  test("that is none says what one looks like", () => {
    assert.match(problem("every 5", parseHitCondition), /^column 1: the hit count must be like 5, == 5, .* “every 5”$/);
    assert.match(problem("% 0", parseHitCondition), /stops at no hit/);
  });
});

describe("a log message", () => {
  const shape = (text: string) =>
    parseLogMessage(text).map((part) => (typeof part === "string" ? part : `<${part.kind}>`));

  test("is text and expressions", () => {
    assert.deepEqual(shape("loss {loss}, std {h.std()}"), ["loss ", "<name>", ", std ", "<call>"]);
    assert.deepEqual(shape("{t}"), ["<name>"]);
  });

  test("takes braces as they are after a backslash, within strings, and when they close nothing", () => {
    assert.deepEqual(shape('\\{t\\} {"}"} }'), ["{t} ", "<literal>", " }"]);
  });

  test("says where a brace is open and what is wrong within", () => {
    assert.equal(problem("a {loss", parseLogMessage), "column 8: “}” is expected, but the expression ends");
    assert.equal(problem("a {}", parseLogMessage), "column 4: a value is expected, but there is “}”");
  });
});

describe("a function breakpoint's pattern", () => {
  const names = {
    model: "CharRNN",
    layers: ["rnn", "head", "encoder", "encoder.0", "encoder.0.attention", "encoder.1"],
    parameters: ["rnn.weight_hh_l0", "rnn.bias_hh_l0", "head.weight", "head.bias", "encoder.0.weight"],
  };
  const match = (text: string) => matchPattern(parsePattern(text), names);
  const layers = (...paths: string[]) => ({ kind: "layers", paths });
  const parameters = (...found: string[]) => ({ kind: "parameters", names: found });

  test("means layers by path, * between two dots, ** anything", () => {
    assert.deepEqual(match("rnn"), layers("rnn"));
    assert.deepEqual(match("encoder.*"), layers("encoder.0", "encoder.1"));
    assert.deepEqual(match("encoder.**"), layers("encoder.0", "encoder.0.attention", "encoder.1"));
    assert.deepEqual(match("CharRNN backward"), layers(""));
  });

  test("means parameters where no layer has the name", () => {
    assert.deepEqual(match("*.weight"), parameters("head.weight"));
    assert.deepEqual(match("**.weight"), parameters("head.weight", "encoder.0.weight"));
    assert.deepEqual(match("rnn.*_hh_* update"), parameters("rnn.weight_hh_l0", "rnn.bias_hh_l0"));
  });

  test("may name a timestep and a phase, or a phase alone", () => {
    assert.deepEqual(parsePattern("rnn[t=12] backward"), { path: "rnn", timestep: 12, phase: "backward" });
    assert.deepEqual(parsePattern(" rnn[t = *] "), { path: "rnn", timestep: "each", phase: null });
    assert.deepEqual(match("backward"), { kind: "phase" });
  });

  test("that means nothing is refused with the nearest names", () => {
    assert.equal(problem("rmn", match), "column 1: no layer and no parameter is named like “rmn”; did you mean rnn?");
    assert.match(problem("head.weigth", match), /did you mean head\.weight\?$/);
    assert.match(problem("decoder", match), /did you mean encoder/);
    assert.match(problem("zzzzzzzz", match), /; there are CharRNN, rnn, head, encoder, /);
  });

  test("that makes no sense is refused with the reason", () => {
    assert.match(problem("rnn backwards", match), /^column 5: “backwards” is no phase; did you mean backward\?/);
    assert.match(problem("rnn[t=1] update", match), /^column 4: the update has no timesteps/);
    assert.match(problem("head.weight forward", match), /is a parameter, which stops at its update only/);
    assert.match(problem("a b c", match), /a function breakpoint names a layer or a parameter/);
  });
});

test("names are near by the number of letters to change", () => {
  // kitten → sitten → sittin → sitting
  assert.equal(editDistance("kitten", "sitting"), 3);
  assert.equal(editDistance("", "abc"), 3);
  assert.equal(editDistance("nrom", "norm"), 1);
  assert.deepEqual(nearest("hed", ["head", "embed", "rnn", "he"]), ["head", "he"]);
});
