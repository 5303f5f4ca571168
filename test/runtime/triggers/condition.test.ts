// Conditions and messages by themselves: on numbers they compute as JavaScript does, on tensors as the tensors do.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Tensor } from "../../../src/engine/tensor.ts";
import { parseExpression } from "../../../src/protocol/breakpoints/expression.ts";
import { compileCondition, compileExpression, compileLogMessage } from "../../../src/runtime/triggers/condition.ts";
import { Moment, NotYet } from "../../../src/runtime/triggers/moment.ts";
import type { TriggerContext } from "../../../src/runtime/triggers/trigger.ts";
import { UserFrame, UserProvenance } from "../../../src/runtime/userStack.ts";
import { smallRun } from "../../training/small.ts";

const run = smallRun();
const context: TriggerContext = {
  run,
  event: 7,
  lastOperation: null,
  log: () => {},
  breakpointFailed: () => {},
};

/** A moment at a statement whose function has these variables. */
function momentWith(variables: Readonly<Record<string, unknown>>): Moment {
  const frame = new UserFrame(1, run.model);
  for (const [name, value] of Object.entries(variables)) frame.variables.set(name, value);
  return new Moment(context).at({ kind: "statement", here: new UserProvenance(1, frame) }, "forward");
}

function tensor(shape: readonly number[], ...values: number[]): Tensor {
  const buffer = run.engine.kernels.memory.floats(values.length, true);
  buffer.array.set(values);
  return new Tensor(buffer, shape, { persistent: true });
}

const value = (text: string, variables: Readonly<Record<string, unknown>> = {}) =>
  compileExpression(parseExpression(text))(momentWith(variables));

/** What JavaScript makes of the text. */
function inJavaScript(text: string, variables: Readonly<Record<string, unknown>>): unknown {
  return new Function(...Object.keys(variables), `return (${text});`)(...Object.values(variables));
}

const binaryOperators = ["+", "-", "*", "/", "%", "<", "<=", ">", ">=", "===", "!==", "==", "!=", "&&", "||"];
const leaves = fc.oneof(
  fc.constantFrom("a", "b", "c", "true", "false", "NaN", "Infinity"),
  fc.double({ noNaN: true, min: 0 }).map(String),
  fc.nat().map(String),
);
/** Texts with as few parentheses as the grammar allows, so that precedence is what is tested. */
const { expression } = fc.letrec<{ expression: string; unary: string }>((tie) => ({
  unary: fc.oneof(
    { maxDepth: 4 },
    leaves,
    tie("expression").map((e) => `(${e})`),
    fc.tuple(fc.constantFrom("!", "-", "+"), tie("unary")).map(([sign, e]) => `${sign} ${e}`),
    fc.tuple(fc.constantFrom("abs", "floor", "sqrt", "tanh"), tie("expression")).map(([f, e]) => `Math.${f}(${e})`),
    fc.tuple(tie("expression"), tie("expression")).map(([x, y]) => `Math.max(${x}, ${y})`),
    tie("expression").map((e) => `isFinite(${e})`),
  ),
  expression: fc.oneof(
    { maxDepth: 5 },
    tie("unary"),
    fc
      .array(tie("unary"), { minLength: 2, maxLength: 5 })
      .chain((parts) =>
        fc
          .array(fc.constantFrom(...binaryOperators), { minLength: parts.length - 1, maxLength: parts.length - 1 })
          .map((signs) => parts.reduce((text, part, i) => `${text} ${signs[i - 1]} ${part}`)),
      ),
    fc.tuple(tie("unary"), tie("expression"), tie("expression")).map(([test, yes, no]) => `${test} ? ${yes} : ${no}`),
    fc.tuple(leaves, leaves, leaves).map(([x, y, z]) => `(${x}) ** ${y} ** ${z}`),
  ),
}));

describe("an expression on numbers", () => {
  test("gives what JavaScript gives", () => {
    const numbers = fc.record({ a: fc.double(), b: fc.integer(), c: fc.constantFrom(0, -0, 1, Number.NaN) });
    fc.assert(
      fc.property(expression, numbers, (text, variables) => {
        assert.ok(Object.is(value(text, variables), inJavaScript(text, variables)), text);
      }),
      { numRuns: 2000 },
    );
  });

  test("gives what JavaScript gives for strings, arrays, null and undefined, too", () => {
    const texts = [
      "'a' + 1 + 2",
      "1 + 2 + 'a'",
      "'b' > 'a' && '10' < '9'",
      "'10' < 9",
      "null == undefined",
      "null === undefined",
      "null == 0",
      "true == 1",
      "'1' == 1",
      "undefined > 1 || undefined <= 1",
      "'forward'.startsWith('for')",
      "[1, 2, 3].includes(2)",
      "[1, [2, 3]][1][0]",
      "'abc'.length + 'abc'[1]",
      '"a\\u0041\\n\\x42\\\'"',
      "0x1F + .5 + 1e-3 + 5.",
      "Math.PI * Math.hypot(3, 4)",
    ];
    for (const text of texts) assert.deepEqual(value(text), inJavaScript(text, {}), text);
  });
});

describe("an expression on tensors", () => {
  const x = tensor([2, 2], 3, -4, 0, 12);
  const one = tensor([], 2.5);

  test("takes statistics, elements and shapes", () => {
    assert.equal(value("x.norm()", { x }), 13); // √(9 + 16 + 144)
    assert.equal(value("x.mean() === 2.75 && x.sum() === 11 && x.min() === -4 && x.max() === 12", { x }), true);
    // deviations 0.25, −6.75, −2.75, 9.25: √(138.75 / 3)
    assert.ok(Math.abs(Number(value("x.std() + 0", { x })) - Math.sqrt(138.75 / 3)) < 1e-6);
    assert.equal(value("x.select(0, 1).select(0, 1).item() + x.shape[0]", { x }), 14);
    assert.equal(value("x.toArray()[0][1]", { x }), -4);
  });

  test("takes a tensor of one element for its number", () => {
    assert.equal(value("one > 2 && one === 2.5 && one * 2 === 5 && !!one && one.item() === 2.5", { one }), true);
  });

  test("sees what is not finite, which statistics leave out", () => {
    const broken = tensor([2], 1, Number.NaN);
    assert.equal(value("isFinite(broken.norm())", { broken }), false);
    assert.equal(value("isFinite(broken.sum())", { broken }), false);
  });

  test("keeps the answer of std where all elements are nearly equal", () => {
    const flat = tensor([3], 1000, 1000, 1000);
    assert.equal(value("flat.std() + 0", { flat }), 0);
  });

  test("says what is wrong with a tensor as a number, and with what is not there", () => {
    const message = (text: string) => {
      try {
        return String(value(text, { x, nothing: undefined }));
      } catch (error) {
        return error instanceof Error ? error.message : "";
      }
    };
    assert.match(message("x > 3"), /^a tensor of shape \[2, 2\] is not one number; take its norm\(\)/);
    assert.match(message("x.nrom() > 3"), /^x has no method nrom\(\); did you mean norm/);
    assert.match(message("x.backward()"), /^x\.backward\(\) cannot be called in a condition$/);
    assert.match(message("this.embed.forward(x)"), /^this\.embed\.forward\(\) cannot be called in a condition$/);
    assert.match(message("this.rn.weight"), /^this \(Counter\) has no rn; did you mean rnn/);
    assert.match(message("nothing.norm()"), /^nothing is undefined$/);
    assert.match(message("parameter('rnn.wight')"), /^there is no parameter "rnn\.wight"; there are embed\.weight/);
  });

  test("waits for what is null", () => {
    assert.throws(() => value("x.grad.norm() > 1", { x }), NotYet);
    assert.throws(() => value("later.norm() > 1"), NotYet);
  });
});

test("the user's own variable goes before a name of the language", () => {
  assert.equal(value("t", { t: 3 }), 3);
  assert.equal(value("t"), undefined);
  assert.equal(value("event"), 7);
});

test("a condition looks at the run's numbers before it looks at tensors", () => {
  let looks = 0;
  const costly = {
    get norm() {
      looks++;
      return 1;
    },
  };
  const condition = compileCondition("costly.norm > 0 && iteration > 100 && phase === 'forward'");
  assert.equal(condition.holds(momentWith({ costly })), false);
  assert.equal(looks, 0);
  assert.equal(compileCondition("costly.norm > 0 && iteration === 0").holds(momentWith({ costly })), true);
  assert.equal(looks, 1);
});

test("a message shows numbers, texts, arrays, and tensors by shape, norm, mean and std", () => {
  const x = tensor([4], 1, -1, 1, -1);
  const write = compileLogMessage("{1 / 3} {phase} {[1, 2]} {x.shape} {x} {this} {x.grad}");
  assert.equal(write(momentWith({ x }), true), "0.333333 forward [1, 2] [4] [4] norm 2 mean 0 std 1 Counter null");
});
