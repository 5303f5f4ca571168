// The folder of kept runs: what its list says of whole, torn and foreign files, names and tags, and which runs make room.
import assert from "node:assert/strict";
import { appendFileSync, existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { RunRecord } from "../../src/runs/file/record.ts";
import { isRunId, labelFile, newRunId, runFile } from "../../src/runs/folder.ts";
import { parseTags } from "../../src/runs/label.ts";
import { RunLibrary } from "../../src/runs/library.ts";
import { isWrittenElsewhere } from "../../src/runs/recording/writing.ts";
import { columns, end, fileOf, headed, header, record, report, temporary } from "./samples.ts";

const whole: readonly RunRecord[] = [
  headed,
  columns(record(1), record(2)),
  { kind: "validation", event: { type: "validation", epoch: 1, iteration: 2, loss: 0.75, accuracy: 0.5 } },
  end(2),
];

function put(folder: string, id: string, records: readonly RunRecord[]): void {
  writeFileSync(runFile(folder, id), fileOf(records));
}

test("a list says what a run was and how it ended, the newest first", async (context) => {
  const folder = temporary(context);
  put(folder, "20240101-a", whole);
  put(folder, "20240102-b", whole.slice(0, 2));
  writeFileSync(`${folder}/.gitignore`, "*\n");
  const runs = await new RunLibrary(folder, () => false).list();
  assert.deepEqual(
    runs.map(({ id }) => id),
    ["20240102-b", "20240101-a"],
  );
  assert.deepEqual(runs[1], {
    ...{ id: "20240101-a", name: "TinyMLP 1", tags: [], model: "TinyMLP", file: "/work/tiny.model.ts" },
    ...{ data: "arrays, 20 rows", optimizer: "sgd", seed: 7, learningRate: 0.1, started: header.started },
    ...{ state: "completed", iterations: 2, loss: 0.5, validationLoss: 0.75, notice: null },
  });
  assert.equal(runs[0].state, "running", "another machine's, touched just now");
  const old = new Date(Date.now() - 3_600_000);
  utimesSync(runFile(folder, "20240102-b"), old, old);
  const [later] = await new RunLibrary(folder, () => false).list();
  assert.equal(later.state, "interrupted");
});

test("what is known is written down, so that another window need not read the files; damage of it does no harm", async (context) => {
  const folder = temporary(context);
  put(folder, "a", whole);
  put(folder, "b", [headed, columns(record(1, Number.NaN)), end(0)]);
  const time = new Date(2024, 1, 1);
  utimesSync(runFile(folder, "a"), time, time);
  const first = await new RunLibrary(folder, () => false).list();
  const file = join(folder, "summaries.json");
  assert.ok(existsSync(file));
  // The same size and time: it is not looked into again.
  writeFileSync(runFile(folder, "a"), Buffer.alloc(fileOf(whole).length));
  utimesSync(runFile(folder, "a"), time, time);
  assert.deepEqual(await new RunLibrary(folder, () => false).list(), first);
  await new RunLibrary(folder, () => false).label("a", { tags: ["x"] });
  const [, changed] = await new RunLibrary(folder, () => false).list();
  assert.match(changed.notice ?? "", /not a file of a run/);
  for (const text of ["", "{", '{"form":1,"runs":[{"version":"","bytes":1,"summary":{"id":"b"}}]}']) {
    writeFileSync(file, text);
    const [b] = await new RunLibrary(folder, () => false).list();
    assert.deepEqual(b, first[0]);
  }
});

test("there is no list where there is no folder, and none of files that are no runs", async (context) => {
  const folder = temporary(context);
  assert.deepEqual(await new RunLibrary(`${folder}/none`, () => false).list(), []);
  writeFileSync(`${folder}/notes.txt`, "");
  assert.deepEqual(await new RunLibrary(folder, () => false).list(), []);
});

test("a damaged file is listed with a notice, and opens up to the damage", async (context) => {
  const folder = temporary(context);
  put(folder, "torn", whole);
  const old = new Date(Date.now() - 3_600_000);
  writeFileSync(runFile(folder, "torn"), fileOf(whole).subarray(0, -3));
  writeFileSync(runFile(folder, "noise"), Buffer.alloc(500, 7));
  writeFileSync(runFile(folder, "empty"), "");
  for (const id of ["torn", "noise", "empty"]) utimesSync(runFile(folder, id), old, old);
  const library = new RunLibrary(folder, () => false);
  const runs = new Map((await library.list()).map((run) => [run.id, run]));
  assert.match(
    runs.get("torn")?.notice ?? "",
    /as far as it is whole: the last record is torn, after \d+ of \d+ bytes/,
  );
  assert.equal(runs.get("torn")?.iterations, 2);
  assert.equal(runs.get("torn")?.state, "interrupted");
  assert.match(runs.get("noise")?.notice ?? "", /not a file of a run/);
  assert.match(runs.get("empty")?.notice ?? "", /too short/);
  assert.equal(runs.get("empty")?.name, "empty");
  assert.equal((await library.open("torn")).run.iterations.length, 2);
});

test("a name and tags are given without touching the run's own file, and survive damage of their own", async (context) => {
  const folder = temporary(context);
  put(folder, "a", whole);
  const library = new RunLibrary(folder, () => false);
  await library.label("a", { name: "the good one" });
  await library.label("a", { tags: ["baseline", "paper"] });
  const [run] = await library.list();
  assert.equal(run.name, "the good one");
  assert.deepEqual(run.tags, ["baseline", "paper"]);
  assert.deepEqual(readdirSync(folder).sort(), ["a.gdlabel", "a.gdrun", "summaries.json"]);
  writeFileSync(labelFile(folder, "a"), "what is this");
  const [again] = await library.list();
  assert.equal(again.name, "TinyMLP 1");
  await library.label("a", { tags: ["new"] });
  assert.deepEqual((await library.list())[0].tags, ["new"]);
});

test("tags are words between commas, each once", () => {
  assert.deepEqual(parseTags(" baseline, paper ,,baseline"), ["baseline", "paper"]);
  assert.deepEqual(parseTags("  "), []);
});

test("a run that grows is read anew", async (context) => {
  const folder = temporary(context);
  put(folder, "a", whole.slice(0, 2));
  const library = new RunLibrary(folder, (id) => id === "a");
  assert.equal((await library.list())[0].state, "running");
  assert.equal((await library.open("a")).run.end, null);
  appendFileSync(runFile(folder, "a"), fileOf([end(2)]).subarray(8));
  assert.equal((await library.list())[0].state, "completed");
  assert.equal((await library.open("a")).run.end?.reason, "completed");
});

test("the oldest runs make room; those with a tag and those that are being written stay", async (context) => {
  const folder = temporary(context);
  const large = [headed, ...[1, 2, 3, 4].map((i) => ({ kind: "statistics", report: report(i) }) as const)];
  for (const id of ["1-oldest", "2-tagged", "3-own", "4-elsewhere", "5-old", "6-new"])
    put(folder, id, [...large, end(4)]);
  put(folder, "3-own", large);
  put(folder, "4-elsewhere", large);
  const library = new RunLibrary(folder, (id) => id === "3-own");
  await library.label("2-tagged", { tags: ["keep"] });
  const size = fileOf(large).length;
  const left = async () => (await library.list()).map(({ id }) => id).reverse();
  await library.makeRoom(100 * size);
  assert.equal((await left()).length, 6);
  const bytes = await library.makeRoom(4.9 * size);
  assert.deepEqual(await left(), ["2-tagged", "3-own", "4-elsewhere", "6-new"]);
  assert.ok(bytes < 4.9 * size);
  const rest = await library.makeRoom(0);
  assert.deepEqual(await left(), ["2-tagged", "3-own", "4-elsewhere"]);
  assert.ok(rest > 2.9 * size, "what stays is counted");
  assert.ok(readdirSync(folder).includes("2-tagged.gdlabel"));
});

test("a run is being written while its process lives and has touched it lately", () => {
  const now = Date.now();
  const here = { host: hostname(), version: "test" };
  assert.equal(isWrittenElsewhere({ ...here, process: process.ppid }, now), true);
  assert.equal(
    isWrittenElsewhere({ ...here, process: process.ppid }, now - 3_600_000),
    false,
    "its number is another's",
  );
  assert.equal(isWrittenElsewhere({ ...here, process: 2 ** 30 }, now), false, "there is no such process");
  assert.equal(isWrittenElsewhere({ ...here, process: process.pid }, now), false, "this one knows its own");
  assert.equal(isWrittenElsewhere({ host: "another", process: 1, version: "" }, now), true);
  assert.equal(isWrittenElsewhere({ host: "another", process: 1, version: "" }, now - 3_600_000), false);
});

test("the next name is one more than the highest number", async (context) => {
  const folder = temporary(context);
  const library = new RunLibrary(folder, () => false);
  assert.equal(await library.nextName("TinyMLP"), "TinyMLP 1");
  put(folder, "a", whole);
  await library.label("a", { name: "TinyMLP 41" });
  put(folder, "b", whole);
  assert.equal(await library.nextName("TinyMLP"), "TinyMLP 42");
  assert.equal(await library.nextName("Tiny"), "Tiny 1");
});

test("an id cannot lead out of the folder", async (context) => {
  const library = new RunLibrary(temporary(context), () => false);
  assert.equal(isRunId(newRunId(Date.now(), "Ünï/codé Model")), true);
  for (const id of ["../a", "a/b", "..", ".a", "", "a\\b", "a\0"]) {
    assert.equal(isRunId(id), false, id);
    await assert.rejects(library.open(id), /is not the id of a run/);
  }
  await assert.rejects(library.open("gone"), /not there any more/);
});
