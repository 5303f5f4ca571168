// Bad input: each mistake becomes a problem on the user's line that says what is wrong, and nothing else suffers.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { extensionApi, inWorkspace, lineOf, problemsOf, replace, show, train, until, writeModel } from "./host.ts";

const model = `import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";

class Small extends nn.Module {
  hidden = new nn.Linear(2, 4);
  head = new nn.Linear(4, 3);

  forward(x: Tensor): Tensor {
    const a = F.relu(this.hidden.forward(x));
    return this.head.forward(a);
  }
}

export default defineTraining({
  model: () => new Small(),
  data: data.csv("points.csv", { target: "kind", task: "classification", batchSize: 2 }),
  loss: F.crossEntropy,
  optimizer: (parameters) => optim.sgd(parameters, { learningRate: 0.1 }),
  epochs: 2,
  seed: 1,
});
`;
const points = "x,y,kind\n0.1,0.2,0\n0.3,0.1,1\n0.5,0.9,2\n0.7,0.4,1\n";

interface Case {
  /** What is wrong; also the test's name. */
  readonly name: string;
  readonly change: readonly [from: string, to: string];
  readonly points?: string;
  /** Text of the line where the problem stands, after the change. */
  readonly line: string;
  /** What the message must say. */
  readonly says: readonly RegExp[];
}

const cases: readonly Case[] = [
  {
    name: "a syntax error",
    change: ["const a = F.relu(", "const a = = F.relu("],
    line: "const a = =",
    says: [/Unexpected "="/],
  },
  {
    name: "no default export",
    change: ["export default defineTraining", "const training = defineTraining"],
    line: "import { nn",
    says: [/default/, /defineTraining/],
  },
  {
    name: "a wrong shape",
    change: ["new nn.Linear(4, 3)", "new nn.Linear(5, 3)"],
    line: "return this.head.forward(a)",
    // The operation, and both shapes: a is [2, 4], the weight [3, 5].
    says: [/linear/i, /\[2, 4\]/, /5/],
  },
  {
    name: "a missing data file",
    change: ["points.csv", "nowhere.csv"],
    line: "data: data.csv(",
    says: [/nowhere\.csv/],
  },
  {
    name: "a malformed row in the data file",
    change: ["epochs: 2", "epochs: 3"],
    points: points.replace("0.5,0.9,2", "0.5,many,2"),
    line: "data: data.csv(",
    says: [/points\.csv/, /many/, /row 3|line 4|:4/, /\by\b/],
  },
  {
    name: "an empty data set",
    change: ["epochs: 2", "epochs: 4"],
    points: points.split("\n", 1)[0],
    line: "data: data.csv(",
    says: [/points\.csv/, /no row/],
  },
  {
    name: "a NaN in the data",
    change: ["epochs: 2", "epochs: 5"],
    points: points.replace("0.3,", "NaN,"),
    line: "data: data.csv(",
    says: [/points\.csv/, /NaN/],
  },
  {
    name: "a label out of range",
    change: ["new nn.Linear(4, 3)", "new nn.Linear(4, 2)"],
    line: "loss: F.crossEntropy",
    says: [/\b2\b/, /classes|range/],
  },
  {
    name: "an exception in forward()",
    change: ["const a = ", 'if (x.shape[0] > 1) throw new Error("too many");\n    const a = '],
    line: "throw new Error",
    says: [/too many/],
  },
];

describe("a model file with a mistake", () => {
  afterEach(() => vscode.commands.executeCommand("notifications.clearAll"));

  for (const { name, change, line, says, points: data = points } of cases) {
    it(`shows ${name} as one problem on its line`, async () => {
      const text = model.replace(...change);
      assert.notEqual(text, model, "the mistake is in the file");
      const file = writeModel(name.replaceAll(/\W+/g, "-"), text, { "points.csv": data });
      const document = await show(file);
      await vscode.commands.executeCommand("gradientDebugger.train", file);
      const [problem, ...more] = await until("the problem", () => {
        const problems = problemsOf(file);
        return problems.length > 0 ? problems : null;
      });
      assert.equal(problem.range.start.line + 1, lineOf(document, line), problem.message);
      assert.deepEqual(more, []);
      for (const part of says) assert.match(problem.message, part);
      assert.equal(problem.severity, vscode.DiagnosticSeverity.Error);
    });
  }

  it("does not debug either: the session is refused and the problem stands on its line", async () => {
    const file = writeModel("debugged", model.replace("forward(x: Tensor)", "forward(x: Tensor"), {});
    const document = await show(file);
    const configuration = { type: "gradient", request: "launch", name: "test", program: file.fsPath };
    const started = await vscode.debug.startDebugging(undefined, configuration);
    assert.equal(started, false);
    const [problem] = await until("the problem", () => (problemsOf(file).length > 0 ? problemsOf(file) : null));
    assert.equal(problem.range.start.line + 1, lineOf(document, "forward(x: Tensor"));
  });

  it("loses its problems when it is mended and trained again", async () => {
    const file = writeModel("mended", model.replace("this.head", "this.haed"), { "points.csv": points });
    const document = await show(file);
    await train(file);
    await until("the problem", () => (problemsOf(file).length > 0 ? true : null));
    await replace(document, "this.haed", "this.head");
    assert.deepEqual(problemsOf(file), [], "typing takes it away");
    const { status } = await train(file);
    assert.equal(status.kind, "finished", JSON.stringify(status));
    assert.deepEqual(problemsOf(file), []);
  });
});

describe("an endless loop in forward()", () => {
  it("leaves the extension host free, and Stop Training ends it within a second", async () => {
    const text = model.replace("const a = ", "while (x.shape[0] > 0) {}\n    const a = ");
    const file = writeModel("endless", text, { "points.csv": points });
    const { state } = await extensionApi();
    const running = vscode.commands.executeCommand("gradientDebugger.train", file);
    await until("the run", () => (state().status.kind === "running" ? true : null));
    // The host answers other things meanwhile; the loop has a thread of its own.
    const asked = performance.now();
    const document = await show(inWorkspace("iris.model.ts"));
    await vscode.commands.executeCommand("vscode.executeHoverProvider", document.uri, new vscode.Position(4, 4));
    assert.ok(performance.now() - asked < 5000, "an editor opens and hovers while the model loops");
    assert.equal(state().status.kind, "running");
    const before = performance.now();
    await vscode.commands.executeCommand("gradientDebugger.stop");
    await running;
    const taken = performance.now() - before;
    assert.ok(taken <= 1000, `${taken} ms`);
    const { status } = state();
    assert.deepEqual([status.kind, status.kind === "finished" && status.reason], ["finished", "stopped"]);
    const again = await train(inWorkspace("iris.model.ts"));
    assert.equal(again.status.kind, "finished");
  });
});
