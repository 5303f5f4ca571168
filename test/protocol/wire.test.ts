// Events through JSON: what goes in comes out, numbers that JSON does not know included.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RuntimeEvent } from "../../src/protocol/events.ts";
import { decodeEvent, encodeEvent } from "../../src/protocol/wire.ts";

const record = { iteration: 1, epoch: 1, loss: 2.5, gradNorm: 0.5, learningRate: 1e-3, milliseconds: 3 };

test("an event of finite numbers is sent as it is", () => {
  const event: RuntimeEvent = { type: "iterations", records: [record] };
  assert.deepEqual(encodeEvent(event), event);
});

test("NaN and both infinities survive JSON", () => {
  const records = [Number.NaN, Infinity, -Infinity, -0].map((loss) => ({ ...record, loss }));
  const event: RuntimeEvent = { type: "iterations", records };
  const arrived = decodeEvent(JSON.parse(JSON.stringify(encodeEvent(event))));
  const zeroIsPlain = records.map((sent) => (sent.loss === 0 ? { ...sent, loss: 0 } : sent));
  assert.deepEqual(arrived, { type: "iterations", records: zeroIsPlain });
});
