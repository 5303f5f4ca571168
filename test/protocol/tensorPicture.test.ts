// The question for a tensor's picture crosses all boundaries: it is one of the page's, and its answer keeps NaN and ∞.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, decodeFromWebview, encode } from "../../src/protocol/inspector/inspectorWire.ts";
import { isQuestion, isRunQuestion } from "../../src/protocol/inspector/questions.ts";
import { type TensorPart, type TensorPicture, tensorParts } from "../../src/protocol/inspector/tensorPicture.ts";
import { draw } from "../../src/runtime/inspect/picture/picture.ts";

test("the page may ask for a tensor, and the run answers it", () => {
  const question = { name: "tensor", params: { name: "head.weight", part: "update", slice: [1] } };
  assert.ok(isQuestion(question));
  assert.ok(isRunQuestion("tensor"));
  assert.deepEqual(decodeFromWebview({ type: "ask", id: 3, question }), { type: "ask", id: 3, question });
});

test("every part has a place in the order in which they are shown", () => {
  const places: Record<TensorPart, number> = { before: 0, gradient: 1, update: 2, after: 3, difference: 4 };
  assert.deepEqual(
    tensorParts.map((part) => places[part]),
    [0, 1, 2, 3, 4],
  );
});

test("a picture arrives as it was sent, with what is not finite", () => {
  const array = Float32Array.of(1, Number.NaN, Number.NEGATIVE_INFINITY, -0.1);
  const drawn = draw({ array, minus: null, length: 4 }, [2, 2], { name: "w", part: "after" });
  const parts = [{ part: "after" as const, missing: "" }];
  const picture: TensorPicture = { name: "w", part: "after", parameter: true, iteration: 1, parts, ...drawn };
  assert.deepEqual(decode(encode(picture)), picture);
  assert.deepEqual(picture.values, [1, Number.NaN, Number.NEGATIVE_INFINITY, -0.100000001]);
});
