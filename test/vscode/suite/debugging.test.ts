// A debug session on the char-RNN: the pause, its stack, scopes and values, and the way through all four phases.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { extensionApi, inWorkspace, lineOf, show, until, workspaceFolder } from "./host.ts";
import { nextSession, Session } from "./session.ts";

const file = () => inWorkspace("moby-dick.model.ts");
const names = (frames: readonly { readonly name: string }[]) => frames.map(({ name }) => name);

describe("Debug Training", () => {
  let session: Session;
  let document: vscode.TextDocument;
  const line = (text: string) => lineOf(document, text);

  before(async () => {
    document = await show(file());
    session = await Session.start(file(), [line("const [h]")]);
    assert.equal(await session.stopped(), "breakpoint");
  });

  after(() => session.end());

  it("stops on the breakpoint's line, with layer, phase, iteration and epoch on the stack", async () => {
    const [top, ...outer] = await session.stack();
    assert.equal(top.source?.name, "moby-dick.model.ts");
    assert.equal(top.line, line("const [h]"));
    assert.match(top.name, /^rnn(\[t=0\])? forward$/);
    assert.deepEqual(names(outer), ["forward", "iteration 1", "epoch 1"]);
    const { status } = (await extensionApi()).state();
    assert.equal(status.kind === "paused" && status.position.layer, "rnn");
  });

  it("steps into one timestep after the other", async () => {
    await toFirstTimestep(session);
    for (const t of [1, 2, 3]) {
      const [top] = await session.go("stepIn");
      assert.deepEqual([top.name, top.line], [`rnn[t=${t}] forward`, line("const [h]")]);
    }
  });

  it("has the scopes of the design, with the values of this pause", async () => {
    const scopes = names(await session.scopes());
    for (const name of ["Gradients", "Activations", "Parameters", "Optimizer", "Run"]) {
      assert.ok(scopes.includes(name), `${name} is not among ${scopes}`);
    }
    const parameters = await session.scope("Parameters");
    assert.match(parameters.get("rnn.weight_hh_l0") ?? "", /\[128, 128\].*norm/);
    const run = await session.scope("Run");
    assert.equal(run.get("iteration"), "1");
    assert.equal(run.get("seed"), "42");
    const activations = await session.scope("Activations");
    assert.match(activations.get("h_t") ?? "", /\[16, 128\]/);
  });

  it("evaluates expressions over layers and tensors, and tensors unfold by their shape", async () => {
    const x = await session.evaluate("x", "hover");
    assert.match(x.result, /\[16, 32, 32\]/);
    const rows = (await session.children(x.variablesReference)).filter(({ name }) => /^\d+$/.test(name));
    assert.equal(rows.length, 16);
    const norm = await session.evaluate("this.rnn.weight_hh_l0.norm().item()");
    // U(−1/√128, 1/√128) has variance 1/384; 128 · 128 of them have the norm √(16384 / 384) = 6.53.
    assert.ok(Math.abs(Number(norm.result) - 6.53) < 0.1, norm.result);
    await assert.rejects(session.evaluate("this.rnn.nothing.here"), /undefined.*here/);
  });

  it("steps over the layer, then out of forward, loss, backward and update", async () => {
    await session.removeBreakpoints();
    const [layer] = await session.go("next");
    assert.deepEqual([layer.name, layer.line], ["rnn forward", line("const [h]")]);
    const [head] = await session.go("next");
    assert.deepEqual([head.name, head.line], ["head forward", line("return this.head")]);
    assert.equal((await session.go("stepOut"))[0].name, "end of forward");
    const [loss] = await session.go("stepOut");
    assert.equal(loss.name, "end of loss");
    assert.equal(loss.line, line("loss: F.crossEntropy"));
    // Nothing is learnt yet: about as good as guessing among 65 characters, ln 65 = 4.17.
    const value = Number((await session.scope("Run")).get("loss"));
    assert.ok(Math.abs(value - Math.log(65)) < 0.2, JSON.stringify([...(await session.scope("Run"))]));
  });

  it("walks back through the line that went forward, last timestep first", async () => {
    const [head] = await session.go("next");
    assert.equal(head.name.endsWith("backward"), true, head.name);
    const seen: string[] = [];
    for (let top = head; !/^rnn\[t=29\]/.test(top.name) && seen.length < 12; ) {
      [top] = await session.go("stepIn");
      seen.push(`${top.name} in line ${top.line}`);
    }
    const at = line("const [h]");
    assert.deepEqual(
      seen.slice(-3),
      [31, 30, 29].map((t) => `rnn[t=${t}] backward in line ${at}`),
    );
    const gradients = await session.scope("Gradients");
    assert.match(gradients.get("∂L/∂h_t") ?? "", /\[16, 128\].*norm/);
    assert.match(gradients.get("δ_t") ?? "", /\[16, 128\].*norm/);
    const { statistics } = (await extensionApi()).state();
    const reached = statistics?.timesteps[0].gradNorms.flatMap((norm, t) => (norm !== null && norm > 0 ? [t] : []));
    assert.ok(reached?.includes(31) && !reached.includes(0), `reached ${reached}`);
  });

  it("shows each parameter's update on the line that created its layer", async () => {
    assert.equal((await session.go("stepOut"))[0].name, "end of backward");
    const [first] = await session.go("stepIn");
    assert.deepEqual([first.name, first.line], ["embed.weight update", line("embed = new")]);
    const [second] = await session.go("stepIn");
    assert.deepEqual([second.name, second.line], ["rnn.weight_ih_l0 update", line("rnn = new")]);
    assert.equal((await session.go("stepOut"))[0].name, "end of update");
    const parameters = (await extensionApi()).state().statistics?.parameters ?? [];
    assert.equal(parameters.length, 7);
    for (const { name, updateRatio } of parameters) assert.ok(updateRatio !== null && updateRatio > 0, name);
  });

  it("goes on into the next iteration and ends when it is stopped", async () => {
    const [, , ...outer] = await session.go("stepOut");
    assert.deepEqual(names(outer), ["iteration 2", "epoch 1"]);
    await session.end();
    assert.equal(vscode.debug.activeDebugSession, undefined);
    assert.equal((await extensionApi()).state().status.kind, "finished");
  });
});

describe("a configuration without a program", () => {
  it("debugs the model file in front, as F5 does where there is no launch.json", async () => {
    const iris = inWorkspace("iris.model.ts");
    await show(iris);
    const configuration = { type: "gradient", request: "launch", name: "Debug Training" };
    const [session] = await Promise.all([nextSession(), vscode.debug.startDebugging(workspaceFolder(), configuration)]);
    assert.equal(session.configuration.program, iris.fsPath);
    const { state } = await extensionApi();
    await until("the end of the run", () => (state().status.kind === "finished" ? true : null));
    await until("the end of the session", () => (vscode.debug.activeDebugSession === undefined ? true : null));
    assert.deepEqual([state().model?.name, state().last?.iteration], ["IrisMLP", 400]);
  });
});

/** The first stop in the line may be before its first timestep. */
async function toFirstTimestep(session: Session): Promise<void> {
  let [top] = await session.stack();
  for (let steps = 0; top.name !== "rnn[t=0] forward"; steps++) {
    assert.ok(steps < 3, `no timestep after ${steps} steps, but ${top.name}`);
    [top] = await session.go("stepIn");
  }
}
