// Saving objects and putting them back: identity, order, what was added, what was dropped, numbers of tensors.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nn, optim } from "../../src/api.ts";
import { saveObjects } from "../../src/training/snapshot/objects.ts";
import { Rewind } from "../../src/training/snapshot/rewind.ts";
import { Recorder, smallRun } from "./small.ts";

const save = (root: object, reuse: ArrayBuffer | null = null) => saveObjects([root], { gradients: true, reuse });

describe("objects that are put back", () => {
  test("are the same objects with the same contents, whatever became of them", () => {
    const inner = { n: 1, list: [1, { deep: "a" }], none: undefined as number | undefined };
    const root = {
      inner,
      again: inner,
      map: new Map<string, unknown>([["x", inner]]),
      set: new Set([1, 2]),
      numbers: Float32Array.of(1.5, Number.NaN),
      nothing: null,
      f: () => 1,
    };
    const { f, map } = root;
    const saved = save(root);
    const extended: Record<string, unknown> = root;
    inner.n = 2;
    inner.list.push(3);
    Reflect.set(Object(inner.list[1]), "deep", "b");
    inner.none = 4;
    map.set("y", 1).delete("x");
    root.set.clear();
    root.numbers.fill(9);
    root.f = () => 2;
    root.map = new Map();
    extended.later = true;
    saved.restore();
    assert.deepEqual(Object.keys(root), ["inner", "again", "map", "set", "numbers", "nothing", "f"]);
    assert.equal(root.inner, root.again);
    assert.deepEqual(inner, { n: 1, list: [1, { deep: "a" }], none: undefined });
    assert.equal(root.map, map);
    assert.deepEqual([[...map], [...root.set], [...root.numbers]], [[["x", inner]], [1, 2], [1.5, Number.NaN]]);
    assert.equal(root.f, f);
  });

  test("are not asked for what a getter gives; frozen ones stay as they are", () => {
    let asked = 0;
    const root = {
      get costly() {
        return ++asked;
      },
      frozen: Object.freeze([1, 2]),
    };
    save(root).restore();
    assert.deepEqual([asked, root.frozen], [0, [1, 2]]);
  });

  test("lie in the memory of a snapshot that is needed no more, when it has the size", () => {
    const root = { numbers: new Float32Array(100) };
    const first = save(root);
    assert.equal(save(root, first.numbers).numbers, first.numbers);
    root.numbers = new Float32Array(50);
    assert.notEqual(save(root, first.numbers).numbers, first.numbers);
  });
});

describe("a run that is put back", () => {
  const weights = (run: ReturnType<typeof smallRun>) =>
    run.model.parameters().flatMap((p) => Array.from(p.storage.array));

  test("goes on as it did, also from before the first update, and takes no more memory each time", () => {
    const observer = new Recorder();
    const run = smallRun({ epochs: 4 }, { observer });
    const ends: number[][] = [];
    const memory: number[] = [];
    let saved: ReturnType<typeof run.save> | null = null;
    observer.beforeIteration = () => {
      if (run.iteration === 0) saved ??= run.save();
      if (run.iteration !== 7) return;
      ends.push(weights(run));
      memory.push(run.engine.kernels.memory.usage().persistent);
      if (ends.length < 4) throw new Rewind(() => saved?.restore());
    };
    run.run();
    assert.equal(ends.length, 4);
    for (const end of ends.slice(1)) assert.deepEqual(end, ends[0]);
    assert.equal(new Set(memory).size, 1);
    const free = smallRun({ epochs: 4 });
    free.run();
    assert.deepEqual(weights(run), weights(free));
  });

  test("has no gradient where it had none, so that an optimizer leaves the same parameters alone", () => {
    class Sometimes extends nn.Module {
      a = new nn.Linear(2, 1);
      b = new nn.Linear(2, 1);
      n = 0;
      forward(x: Parameters<nn.Linear["forward"]>[0]) {
        return (this.n++ === 1 ? this.b : this.a).forward(x);
      }
    }
    const observer = new Recorder();
    const set = { length: 8, batch: (i: Int32Array) => ({ input: plain(i.length, 2), target: plain(i.length, 1) }) };
    const run = smallRun(
      {
        model: () => new Sometimes(),
        data: {
          files: [],
          open: () => ({
            train: set,
            validation: null,
            batchSize: 2,
            shuffle: false,
            dropLast: false,
            description: "",
            vocabulary: null,
          }),
        },
        loss: (y, t) => y.sub(t).square().mean(),
        optimizer: (parameters) => optim.sgd(parameters, { learningRate: 0.1, momentum: 0.9 }),
      },
      { observer },
    );
    const ends: number[][] = [];
    let saved: ReturnType<typeof run.save> | null = null;
    observer.beforeIteration = () => {
      if (run.iteration === 0) saved ??= run.save();
      if (run.iteration === 3 && ends.push(weights(run)) === 1) throw new Rewind(() => saved?.restore());
    };
    run.run();
    assert.equal(ends.length, 2);
    assert.deepEqual(ends[1], ends[0]);
  });
});

function plain(rows: number, columns: number) {
  return { shape: [rows, columns], data: Float32Array.from({ length: rows * columns }, (_, i) => 0.1 * i + 1) };
}
