// The terminal command as a user runs it: outputs, exit codes, and an error for every mistake that says where it is.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { readSafetensors, writeSafetensors } from "../../src/data/safetensors.ts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "gradient-debugger-cli-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "dist/cli.cjs"), ...args], {
    encoding: "utf8",
    cwd: folder,
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** Parts of a model file, to be changed one at a time. Line numbers of the whole are noted in the tests. */
function model(
  change: {
    readonly forward?: string;
    readonly data?: string;
    readonly more?: string;
    readonly exported?: string;
  } = {},
): string {
  const {
    forward = "return this.out.forward(F.tanh(this.hidden.forward(x)));",
    data = "data.arrays({ input: [[0, 0], [0, 1], [1, 0], [1, 1]], target: [0, 1, 1, 0] }, { batchSize: 4 })",
    more = "epochs: 300, seed: 1,",
    exported = "export default defineTraining",
  } = change;
  return `import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";

class Xor extends nn.Module {
  hidden = new nn.Linear(2, 8);
  out = new nn.Linear(8, 2);

  forward(x: Tensor): Tensor {
    ${forward}
  }
}

${exported}({
  model: () => new Xor(),
  data: ${data},
  loss: F.crossEntropy,
  optimizer: (parameters) => optim.adam(parameters, { learningRate: 0.05 }),
  ${more}
});
`;
}

/** Runs a model that is wrong and gives what stands on standard error, the file's name shortened. */
function failure(text: string, name = "wrong.model.ts"): string {
  const { status, stderr } = run("train", write(name, text));
  assert.equal(status, 2, stderr);
  return stderr.replaceAll(folder, ".");
}

describe("train", () => {
  test("learns XOR, prints an object a line with --json, and saves weights that load again", () => {
    const file = write("xor.model.ts", model());
    const saved = join(folder, "xor.safetensors");
    const first = run("train", file, "--json", "--save", saved);
    assert.equal(first.status, 0, first.stderr);
    const records = first.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.equal(records.length, 300);
    assert.deepEqual(Object.keys(records[0]), [
      "iteration",
      "epoch",
      "loss",
      "gradNorm",
      "learningRate",
      "milliseconds",
    ]);
    assert.deepEqual(
      records.map((r) => r.iteration),
      Array.from({ length: 300 }, (_, i) => i + 1),
    );
    assert.ok(records[299].loss < 0.05, `loss ${records[299].loss}`);
    assert.deepEqual(
      [...readSafetensors(readFileSync(saved), saved).keys()],
      ["hidden.weight", "hidden.bias", "out.weight", "out.bias"],
    );

    const again = run("train", file, "--json", "--load", saved, "--iterations", "1");
    assert.ok(JSON.parse(again.stdout).loss < 0.05);
  });

  test("with the same seed gives the same numbers, with another not", () => {
    const file = write("seeded.model.ts", model());
    const losses = (seed: string) =>
      run("train", file, "--json", "--iterations", "3", "--seed", seed)
        .stdout.split("\n")
        .filter(Boolean)
        .map((l) => JSON.parse(l).loss);
    assert.deepEqual(losses("7"), losses("7"));
    assert.notDeepEqual(losses("7"), losses("8"));
  });

  test("keeps what was trained when the model fails in the middle", () => {
    const saved = join(folder, "kept.safetensors");
    const text = model({
      forward: 'if (count++ === 5) throw new Error("enough");\n    return this.out.forward(this.hidden.forward(x));',
    }).replace("class Xor", "let count = 0;\nclass Xor");
    const { status, stderr } = run("train", write("fails.model.ts", text), "--save", saved);
    assert.equal(status, 2);
    assert.match(stderr, /fails\.model\.ts:9:\d+: .*enough/);
    assert.equal(readSafetensors(readFileSync(saved), saved).size, 4);
  });
});

describe("grads", () => {
  test("writes the loss and every gradient of the first batch, equal to PyTorch's", () => {
    // L = mean over two rows of (w x + b − y)²; w = 2, b = 0: outputs 2, 4, errors 2 and 3
    // dL/dw = 2/2 (2·1 + 3·2) = 8, dL/db = 2/2 (2 + 3) = 5, L = (4 + 9)/2 = 6.5
    const file = write(
      "line.model.ts",
      `import { nn, F, optim, data, defineTraining } from "gradient-debugger";
export default defineTraining({
  model: () => new nn.Linear(1, 1),
  data: data.arrays({ input: [[1], [2]], target: [[0], [1]] }, { batchSize: 2 }),
  loss: F.mseLoss,
  optimizer: (p) => optim.sgd(p, { learningRate: 0.1 }),
});
`,
    );
    const weights = join(folder, "line.safetensors");
    writeFileSync(
      weights,
      writeSafetensors(
        new Map([
          ["weight", { shape: [1, 1], data: Float32Array.of(2) }],
          ["bias", { shape: [1], data: Float32Array.of(0) }],
        ]),
      ),
    );
    const out = join(folder, "line.grads.safetensors");
    const { status, stderr } = run("grads", file, "--load", weights, "--out", out);
    assert.equal(status, 0, stderr);
    const read = readSafetensors(readFileSync(out), out);
    assert.deepEqual(
      [...read].map(([name, { shape, data }]) => [name, shape, [...data]]),
      [
        ["weight", [1, 1], [8]],
        ["bias", [1], [5]],
        ["loss", [], [6.5]],
      ],
    );
  });
});

describe("check", () => {
  test("agrees with a right model and exits with 0", () => {
    const { status, stdout } = run("check", write("right.model.ts", model()));
    assert.match(stdout, /ok +hidden\.weight +relative error [\d.]+e-\d+ over 16 elements[\s\S]*all gradients agree/);
    assert.equal(status, 0);
  });

  test("finds a gradient that does not belong to the value and exits with 1", () => {
    const { status, stdout } = run(
      "check",
      write(
        "detached.model.ts",
        model({ forward: "const z = this.hidden.forward(x);\n    return this.out.forward(z.add(z.detach()));" }),
      ),
    );
    assert.match(stdout, /WRONG hidden\.weight .*backward says .* the difference quotient/);
    assert.equal(status, 1);
  });
});

describe("every mistake has a message with its place", () => {
  test("a syntax error", () =>
    assert.match(failure(model({ forward: "return this.out.forward(;" })), /^\.\/wrong\.model\.ts:8:\d+: /));
  test("no default export", () =>
    assert.match(failure(model({ exported: "defineTraining" })), /^\.\/wrong\.model\.ts:\d+:\d+: .*default/));
  test("a default export of another kind", () =>
    assert.match(failure("export default 3;\n"), /wrong\.model\.ts.*defineTraining/));
  test("wrong shapes: the operation, both shapes and the line", () => {
    assert.match(
      failure(model({ forward: "const z = this.hidden.forward(x);\n    return this.hidden.forward(z);" })),
      /^\.\/wrong\.model\.ts:9:\d+: linear: .*\[4, 8\].*\[8, 2\]/,
    );
  });
  test("a missing data file", () =>
    assert.match(
      failure(model({ data: 'data.csv("nowhere.csv")' })),
      /^\.\/wrong\.model\.ts:14:\d+: nowhere\.csv: .*nowhere\.csv does not exist/,
    ));
  test("a cell that is no number: file, row and column", () => {
    write("cells.csv", "a,b,kind\n1,2,x\n3,oops,y\n");
    assert.match(
      failure(model({ data: 'data.csv("cells.csv", { target: "kind" })' })),
      /^\.\/wrong\.model\.ts:14:\d+: cells\.csv:3:2: .*oops/,
    );
  });
  test("a row that is too short", () => {
    write("ragged.csv", "a,b,kind\n1,2,x\n3,y\n");
    assert.match(failure(model({ data: 'data.csv("ragged.csv", { target: "kind" })' })), /ragged\.csv:3(:\d+)?: /);
  });
  test("NaN in the data", () => {
    write("nan.csv", "a,b,kind\n1,2,x\nNaN,2,y\n");
    assert.match(failure(model({ data: 'data.csv("nan.csv", { target: "kind" })' })), /nan\.csv:3:1: .*NaN/);
  });
  test("an empty data set", () => {
    write("empty.csv", "a,b,kind\n");
    assert.match(failure(model({ data: 'data.csv("empty.csv", { target: "kind" })' })), /empty\.csv.*(empty|no row)/i);
  });
  test("a label out of range", () => {
    assert.match(
      failure(model({ data: "data.arrays({ input: [[0, 0], [0, 1]], target: [0, 5] })" })),
      /^\.\/wrong\.model\.ts:15:\d+: cross entropy: label 5 at position \d of the target is out of range/,
    );
  });
  test("an exception in forward(), with the user's frames and no stack of ours", () => {
    const text = failure(
      model({ forward: "return this.helper(x);" }).replace(
        "  forward(",
        '  helper(x: Tensor): Tensor {\n    throw new TypeError("no such thing");\n  }\n\n  forward(',
      ),
    );
    assert.match(text, /^\.\/wrong\.model\.ts:8:\d+: .*no such thing/);
    assert.doesNotMatch(text, /cli\.cjs/);
  });
  test("weights that are not the model's", () => {
    const weights = join(folder, "other.safetensors");
    writeFileSync(
      weights,
      writeSafetensors(new Map([["hidden.weight", { shape: [3, 2], data: new Float32Array(6) }]])),
    );
    const { status, stderr } = run("train", write("weights.model.ts", model()), "--load", weights);
    assert.equal(status, 2);
    assert.match(stderr, /hidden\.weight has shape \[3, 2\], but the model's is \[8, 2\]; hidden\.bias is missing/);
  });
  test("a weights file that is cut off", () => {
    const weights = join(folder, "cut.safetensors");
    writeFileSync(weights, Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0, 123));
    const { status, stderr } = run("train", write("weights.model.ts", model()), "--load", weights);
    assert.equal(status, 2);
    assert.match(stderr, /not a valid safetensors file: its header claims 200 bytes, but the file has 9/);
  });
  test("wrong usage shows the usage", () => {
    for (const args of [
      [],
      ["fly"],
      ["train"],
      ["train", "a.ts", "--epochs", "many"],
      ["grads", "a.ts"],
      ["train", "a.ts", "--colour"],
    ]) {
      const { status, stderr } = run(...args);
      assert.equal(status, 2, args.join(" "));
      assert.match(stderr, /usage:/);
    }
  });
  test("a model file that does not exist", () => {
    const { status, stderr } = run("train", join(folder, "nothing.model.ts"));
    assert.equal(status, 2);
    assert.match(stderr, /nothing\.model\.ts/);
  });
});

describe("the examples in shortened form", () => {
  const lossesOf = (name: string, ...args: string[]) => {
    const { status, stdout, stderr } = run(
      "train",
      join(root, "media/examples", `${name}.model.ts`),
      "--json",
      ...args,
    );
    assert.equal(status, 0, stderr);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    return {
      losses: lines.filter((l) => "loss" in l).map((l) => l.loss),
      validations: lines.filter((l) => "validationLoss" in l),
    };
  };
  const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

  test("Iris: the loss falls by at least 0.8 in 20 epochs and the held-out flowers are told apart", () => {
    const { losses, validations } = lossesOf("iris", "--epochs", "20");
    assert.ok(losses[0] - mean(losses.slice(-8)) > 0.8, `${losses[0]} → ${mean(losses.slice(-8))}`);
    assert.ok(validations.at(-1).accuracy >= 0.9, JSON.stringify(validations.at(-1)));
  });
  test("MNIST: the loss falls by at least 1.8 in one epoch", () => {
    const { losses, validations } = lossesOf("mnist", "--epochs", "1");
    assert.ok(losses[0] - mean(losses.slice(-20)) > 1.8, `${losses[0]} → ${mean(losses.slice(-20))}`);
    assert.ok(validations[0].accuracy > 0.85, JSON.stringify(validations[0]));
  });
  test("Moby Dick: the loss falls by at least 1.9 nats in 400 iterations", () => {
    const { losses } = lossesOf("moby-dick", "--iterations", "400");
    assert.ok(losses[0] - mean(losses.slice(-50)) > 1.9, `${losses[0]} → ${mean(losses.slice(-50))}`);
  });
});
