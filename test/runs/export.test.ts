// Exports, read again by others: CSV by csv-parse, event files by a decoder of TensorFlow's format written from its description.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "csv-parse/sync";
import { csvOf, iterationsCsv, parametersCsv } from "../../src/runs/export/csv.ts";
import { eventFile, eventFileName } from "../../src/runs/export/tensorboard.ts";
import { maskedCrc } from "../../src/runs/export/tfrecord.ts";
import type { RunRecord } from "../../src/runs/file/record.ts";
import { KeptRun } from "../../src/runs/run.ts";
import { columns, end, fileOf, headed, header, record, report } from "./samples.ts";
import { eventsOf } from "./tensorboardReader.ts";

const records: readonly RunRecord[] = [
  headed,
  columns(record(1, 1.5), record(2, Number.NaN), record(3, Number.POSITIVE_INFINITY)),
  { kind: "statistics", report: report(2) },
  { kind: "validation", event: { type: "validation", epoch: 1, iteration: 2, loss: 0.75, accuracy: 0.5 } },
  { kind: "validation", event: { type: "validation", epoch: 1, iteration: 5, loss: 0.25, accuracy: null } },
  end(6),
];
const run = new KeptRun("a", fileOf(records));

test("the table of iterations has a row for each, with the validation in its place", () => {
  const rows: unknown = parse(iterationsCsv(run), { columns: true, record_delimiter: "\r\n" });
  const row = (iteration: number, loss: number) => ({
    ...{ iteration: `${iteration}`, epoch: "1", loss: `${loss}`, grad_norm: `${loss / 2}`, learning_rate: "0.1" },
    ...{ milliseconds: "2", val_loss: "", val_accuracy: "" },
  });
  const none = { loss: "", grad_norm: "", learning_rate: "", milliseconds: "" };
  assert.deepEqual(rows, [
    row(1, 1.5),
    { ...row(2, Number.NaN), val_loss: "0.75", val_accuracy: "0.5" },
    row(3, Number.POSITIVE_INFINITY),
    { ...row(5, 1), ...none, val_loss: "0.25" },
    row(6, 1 / 6),
  ]);
});

test("the table of parameters has a row for each parameter and iteration", () => {
  const rows: readonly Record<string, string>[] = parse(parametersCsv(run), { columns: true });
  assert.equal(rows.length, 3);
  assert.deepEqual(rows[1], {
    ...{ iteration: "2", parameter: "hidden.bias", layer: "hidden", weight_norm: "4", grad_norm: "2" },
    ...{ grad_not_finite: "0", update_norm: "0.004", update_ratio: "0.001", zeros: "0" },
  });
});

test("cells with commas, quotes and line ends come back as they were", () => {
  const rows = [
    ["a", 'say "b"', "c, d"],
    ["line\nend", "carriage\r\nreturn", ""],
    ["1e-7", "ünï", " blank "],
  ];
  assert.deepEqual(parse(csvOf(rows)), rows);
});

test("an event file is read again by its description, every checksum right", () => {
  const events = eventsOf(eventFile(run));
  assert.deepEqual(events[0], { wallTime: header.started / 1000, step: 0, fileVersion: "brain.Event:2", scalars: [] });
  assert.deepEqual(
    events.slice(1).map(({ step }) => step),
    [1, 2, 2, 2, 3, 5, 6],
  );
  const of = (tag: string) =>
    events.flatMap(({ step, scalars }) => scalars.filter((each) => each.tag === tag).map(({ value }) => [step, value]));
  assert.deepEqual(of("loss"), [
    [1, 1.5],
    [2, Number.NaN],
    [3, Number.POSITIVE_INFINITY],
    [6, Math.fround(1 / 6)],
  ]);
  assert.deepEqual(of("val_loss"), [
    [2, 0.75],
    [5, 0.25],
  ]);
  assert.deepEqual(of("val_accuracy"), [[2, 0.5]]);
  assert.deepEqual(of("learning_rate")[0], [1, Math.fround(0.1)]);
  assert.deepEqual(of("weight_norm/hidden.bias"), [[2, 4]]);
  assert.deepEqual(of("grad_norm/hidden.bias"), [[2, 2]]);
  assert.deepEqual(of("update_ratio/output.weight"), [[2, Math.fround(0.001)]]);
  // Each iteration takes 2 ms, those that were not kept too.
  const times = events.map(({ wallTime }) => Math.round(wallTime * 1000 - header.started));
  assert.deepEqual(times, [0, 2, 4, 4, 4, 6, 6, 12]);
});

test("TensorBoard finds the file by its name", () => {
  assert.equal(eventFileName(run), `events.out.tfevents.${header.started / 1000}.nowhere`);
});

test("the masked checksum is TensorFlow's", () => {
  // CRC-32C of "123456789" is 0xe3069283 (RFC 3720's polynomial); rotated right by 15 and shifted by 0xa282ead8.
  const crc = 0xe3069283;
  const rotated = ((crc >>> 15) | (crc << 17)) >>> 0;
  assert.equal(maskedCrc(Buffer.from("123456789")), (rotated + 0xa282ead8) % 2 ** 32);
});
