// "Train Model" on real data, what the hover says of it, and the models that "New Model" writes.
import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import * as vscode from "vscode";
import { extensionApi, inWorkspace, positionOf, show, train, until } from "./host.ts";

describe("Train Model", () => {
  it("trains iris to its end, and the loss falls below a tenth of its beginning", async () => {
    const state = await train(inWorkspace("iris.model.ts"));
    assert.equal(state.status.kind, "finished");
    // 120 flowers in batches of 16 are 8 iterations an epoch (the last one of 8 flowers); 50 epochs.
    assert.equal(state.last?.iteration, 8 * 50);
    assert.deepEqual(
      state.iterations.map(({ iteration }) => iteration),
      Array.from({ length: 400 }, (_, i) => i + 1),
    );
    const first = state.iterations[0].loss;
    const end = state.validations.at(-1);
    assert.ok(end !== undefined && end.loss < 0.2 * first, `${first} → ${end?.loss}`);
    assert.ok((end.accuracy ?? 0) >= 0.95, `${end.accuracy}`);
  });

  it("gives the same numbers when it runs again", async () => {
    const losses = async () => (await train(inWorkspace("iris.model.ts"))).iterations.map(({ loss }) => loss);
    assert.deepEqual(await losses(), await losses());
  });

  it("stops when it is told to, and keeps what was reached", async () => {
    const running = vscode.commands.executeCommand("gradientDebugger.train", inWorkspace("moby-dick.model.ts"));
    const { state } = await extensionApi();
    await until("the tenth iteration", () => ((state().last?.iteration ?? 0) >= 10 ? true : null));
    await vscode.commands.executeCommand("gradientDebugger.stop");
    await running;
    const { status, last, iterations, model } = state();
    assert.deepEqual([status.kind, status.kind === "finished" && status.reason], ["finished", "stopped"]);
    assert.equal(model?.name, "CharRNN");
    assert.ok(last !== null && last.iteration === iterations.at(-1)?.iteration);
    await new Promise((done) => setTimeout(done, 300));
    assert.equal(state().last?.iteration, last.iteration, "nothing comes after the stop");
  });
});

describe("the hover", () => {
  before(async () => {
    await train(inWorkspace("iris.model.ts"));
  });

  it("over a layer shows each of its parameters with shape, norm, gradient and update ratio", async () => {
    const text = await hoverOf("this.hidden.forward", "hidden");
    assert.match(text, /Linear/);
    assert.match(text, /`hidden\.weight` \| \[16, 4\] \|( [\d.e+-]+ \|)/);
    assert.match(text, /`hidden\.bias` \| \[16\] \|/);
    assert.match(text, /update ratio/);
    assert.match(text, /iteration 400, epoch 50/);
  });

  it("over the line that creates a layer says the same", async () => {
    assert.match(await hoverOf("hidden = new nn.Linear", "hidden"), /`hidden\.weight` \| \[16, 4\]/);
  });

  it("over a tensor variable shows shape, norm, range and gradient norm", async () => {
    const text = await hoverOf("const a = F.tanh", "a =");
    assert.match(text, /\*\*tensor\*\* `a`, assigned in line 10/);
    // The last batch of an epoch has 120 − 7 · 16 = 8 flowers.
    assert.match(text, /\[8, 16\] \|/);
    const [low, high] = (/(-[\d.]+) … ([\d.]+)/.exec(text) ?? []).slice(1).map(Number);
    assert.ok(low >= -1 && high <= 1, "tanh lies between -1 and 1");
  });

  it("is silent over what is no layer, parameter or tensor", async () => {
    assert.doesNotMatch(await hoverOf("epochs: 50", "epochs"), /iteration|norm/);
  });
});

describe("New Model", () => {
  it("writes a model that trains as it is", async () => {
    const file = inWorkspace("two-moons.model.ts");
    rmSync(file.fsPath, { force: true });
    const created = vscode.commands.executeCommand("gradientDebugger.newModel");
    // Accepts the first template and then the suggested name; what is not open yet is accepted at the next attempt.
    await until("the model file", async () => {
      await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
      return existsSync(file.fsPath) ? true : null;
    });
    await created;
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, file.fsPath);
    const state = await train(file);
    assert.equal(state.status.kind, "finished");
    const end = state.validations.at(-1);
    assert.ok(end !== undefined && (end.accuracy ?? 0) > 0.85, `${end?.accuracy}`);
    rmSync(file.fsPath);
  });
});

/** What is said over a word of iris.model.ts, by the extension and by TypeScript. */
async function hoverOf(text: string, word: string): Promise<string> {
  const document = await show(inWorkspace("iris.model.ts"));
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    "vscode.executeHoverProvider",
    document.uri,
    positionOf(document, text, word),
  );
  const texts = hovers.flatMap(({ contents }) =>
    contents.map((part) => (typeof part === "string" ? part : part.value)),
  );
  return texts.join("\n").replaceAll("\u00a0", " ");
}
