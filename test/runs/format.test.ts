// The file of a run: what was written is read again, and whatever is cut off or changed is never read as something else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32c } from "@aws-crypto/crc32c";
import fc from "fast-check";
import { decodeFrame, encodeRecord, framesOf, magic } from "../../src/runs/file/format.ts";
import type { RunRecord } from "../../src/runs/file/record.ts";
import { KeptRun } from "../../src/runs/run.ts";
import { columns, end, fileOf, headed, record, report } from "./samples.ts";

const number = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0));
const whole = fc.integer({ min: 1, max: 1e9 });
const row = fc.record({
  iteration: whole,
  epoch: whole,
  loss: number,
  gradNorm: number,
  learningRate: number,
  milliseconds: number,
});

const anyRecord: fc.Arbitrary<RunRecord> = fc.oneof(
  fc.array(row, { maxLength: 40 }).map((rows) => columns(...rows)),
  fc.record({ kind: fc.constant("rewound" as const), iteration: whole }),
  fc.record({ kind: fc.constant("full" as const), iteration: whole }),
  fc.record({
    kind: fc.constant("label" as const),
    name: fc.option(fc.string({ unit: "binary" })),
    tags: fc.option(fc.array(fc.string({ unit: "grapheme" }))),
  }),
  whole.map((iteration): RunRecord => ({ kind: "statistics", report: report(iteration) })),
  fc.record({
    kind: fc.constant("end" as const),
    reason: fc.constantFrom("completed" as const, "stopped" as const, "failed" as const),
    message: fc.string({ unit: "binary" }),
    seconds: number,
    loss: fc.option(number),
    last: fc.option(row),
  }),
);

/** Everything that can be read, and how far. */
function read(bytes: Uint8Array): { records: (RunRecord | null)[]; whole: number; broken: string | null } {
  const records: (RunRecord | null)[] = [];
  const reading = framesOf(bytes);
  for (let next = reading.next(); ; next = reading.next()) {
    if (next.done === true) return { records, whole: next.value.bytes, broken: next.value.broken };
    records.push(decodeFrame(next.value));
  }
}

/** JSON knows one zero: what is read is compared with what can be written. */
const written = (records: readonly RunRecord[]) => read(fileOf(records)).records;

test("what was written is read again, numbers that are not finite and texts of any script too", () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 6 }), (records) => {
      const again = read(fileOf(records));
      assert.equal(again.broken, null);
      assert.deepEqual(
        JSON.stringify(again.records, (_, value) => (typeof value === "number" ? String(value + 0) : value)),
        JSON.stringify(records, (_, value) => (typeof value === "number" ? String(value + 0) : value)),
      );
    }),
  );
});

test("a file that is cut off anywhere opens up to its last whole record", () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 5 }), fc.nat(), (records, place) => {
      const bytes = fileOf(records);
      const length = place % bytes.length;
      const { records: some, whole, broken } = read(bytes.subarray(0, length));
      const expected = written(records).slice(0, some.length);
      assert.deepEqual(some, expected);
      assert.ok(whole <= length);
      // Where exactly a record ends nothing looks torn.
      assert.equal(broken === null, length === whole && length >= magic.length);
      const lengths = records.map((each) => encodeRecord(each).length);
      const sum = (n: number) => lengths.slice(0, n).reduce((a, b) => a + b, magic.length);
      const complete = lengths.filter((_, i) => sum(i + 1) <= length).length;
      assert.equal(some.length, complete, "no whole record is left out");
    }),
    { numRuns: 300 },
  );
});

test("no flipped byte makes a record that was not written", () => {
  fc.assert(
    fc.property(
      fc.array(anyRecord, { minLength: 1, maxLength: 5 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (records, place, change) => {
        const bytes = fileOf(records);
        bytes[place % bytes.length] ^= change;
        const { records: some, broken } = read(bytes);
        assert.deepEqual(some, written(records).slice(0, some.length));
        assert.notEqual(broken, null);
      },
    ),
    { numRuns: 500 },
  );
});

test("every single byte of a small run, flipped, leaves what was before it", () => {
  const records = [headed, columns(record(1), record(2)), { kind: "rewound", iteration: 1 }, end(1)] as const;
  const bytes = fileOf(records);
  const whole = written(records);
  for (let i = 0; i < bytes.length; i++) {
    for (const change of [1, 0x80, 0xff]) {
      const damaged = Buffer.from(bytes);
      damaged[i] ^= change;
      const { records: some } = read(damaged);
      assert.deepEqual(some, whole.slice(0, some.length), `byte ${i}`);
      assert.ok(new KeptRun("x", damaged).broken !== null, `byte ${i}`);
    }
  }
});

test("any bytes at all can be opened", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (tail, headedByMagic) => {
      const run = new KeptRun("x", headedByMagic ? Buffer.concat([magic, tail]) : tail);
      assert.deepEqual(run.iterations, []);
      assert.notEqual(run.broken, null);
    }),
  );
});

test("a record whose checksum is right but which says something else is not believed", () => {
  const bytes = fileOf([{ kind: "rewound", iteration: 12345 }]);
  const body = bytes.subarray(magic.length + 8);
  body.set(Buffer.from("true "), body.indexOf("12345"));
  bytes.writeUInt32LE(crc32c(body), magic.length + 4);
  assert.match(body.toString(), /"iteration":true /);
  assert.deepEqual(read(bytes).records, [null]);
});

test("a length beyond all measure is damage, and takes no memory", () => {
  const bytes = Buffer.concat([magic, Buffer.from([0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, 1, 0])]);
  const { broken } = read(bytes);
  assert.match(broken ?? "", /damaged after 8 of 18 bytes/);
});
