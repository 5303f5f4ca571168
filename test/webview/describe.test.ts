// What the page says about a state: status, buttons, verdicts, how gradients change.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ParameterReport } from "../../src/protocol/events.ts";
import type { InspectorCommand, InspectorState } from "../../src/protocol/inspector/inspector.ts";
import {
  describeButtons,
  describeCurve,
  describeLayers,
  describeStatus,
  describeTimesteps,
  isWithin,
  judgeUpdate,
  ownLayers,
} from "../../webview/describe.ts";
import { gradThroughTime, scenes, tensorStatistics } from "./runs.ts";

function enabled(state: InspectorState): InspectorCommand[] {
  const buttons = Object.entries(describeButtons(state)) as [InspectorCommand, { enabled: boolean }][];
  return buttons.flatMap(([name, button]) => (button.enabled ? [name] : []));
}

test("each state enables the buttons that make sense in it", () => {
  assert.deepEqual(enabled(scenes.idle()), ["train", "debug"]);
  assert.deepEqual(enabled(scenes.loading()), ["stop"]);
  assert.deepEqual(enabled(scenes.running()), ["stop"]);
  assert.deepEqual(enabled({ ...scenes.running(), debug: true }), ["stop", "pause"]);
  assert.deepEqual(enabled(scenes.pausedForward()), ["stop", "continue", "stepInto", "stepOver", "stepOut"]);
  assert.deepEqual(enabled(scenes.finished()), ["train", "debug"]);
  assert.deepEqual(enabled(scenes.failed()), ["train", "debug"]);
});

test("the tooltip of Pause says why a training without debugging has none", () => {
  assert.match(describeButtons(scenes.running()).pause.tooltip, /needs a debug session/);
});

test("the status is said in words", () => {
  assert.deepEqual(describeStatus(scenes.finished().status), {
    label: "Finished",
    detail: "after 4.3 s",
    tone: "good",
  });
  const paused = { ...scenes.pausedBackward().status, text: "rnn[t=12] backward" };
  assert.deepEqual(describeStatus(paused), { label: "Paused", detail: "rnn[t=12] backward", tone: "paused" });
  const stopped = { kind: "finished", reason: "stopped", seconds: 2, loss: null } as const;
  assert.equal(describeStatus(stopped).label, "Stopped");
});

function update(before: number, norm: number | null): ParameterReport {
  return {
    name: "w",
    values: tensorStatistics(4, before),
    weightNormBefore: before,
    weightNormAfter: before,
    gradient: null,
    updateNorm: norm,
    updateRatio: norm === null || before === 0 ? null : norm / before,
  };
}

test("updates are judged by their share of the weight", () => {
  const judge = (report: ParameterReport): string => judgeUpdate(report, true);
  assert.equal(judge(update(1, 1e-3)), "healthy");
  assert.equal(judge(update(1, 0.99e-4)), "small");
  assert.equal(judge(update(1, 1.01e-2)), "large");
  assert.equal(judge(update(1, 0)), "still");
  assert.equal(judge(update(0, 0.1)), "fromZero");
  assert.equal(judge(update(1, Number.NaN)), "notFinite");
  assert.equal(judge(update(1, null)), "none");
  assert.equal(judgeUpdate(undefined, true), "none");
  assert.equal(judgeUpdate(update(1, null), false), "frozen");
});

test("containers are left out unless they own parameters", () => {
  const reports = ["", "net", "net.0", "net.1", "head"].map((layer) => ({ layer }));
  const parameter = (layer: string) => ({ name: `${layer}.w`, shape: [1], layer, trainable: true });
  const shown = (owners: readonly string[]): string[] => ownLayers(reports, owners.map(parameter)).map((r) => r.layer);
  assert.deepEqual(shown(["net.0", "head"]), ["net.0", "net.1", "head"]);
  assert.deepEqual(shown(["net", "net.0"]), ["net", "net.0", "net.1", "head"]);
});

test("a layer is within its path, not within a name that begins alike", () => {
  assert.deepEqual(
    [isWithin("rnn.cell", "rnn"), isWithin("rnn", "rnn"), isWithin("rnn2", "rnn"), isWithin("rnn2", "")],
    [true, true, false, true],
  );
});

test("how the gradient changes through time is a factor", () => {
  assert.equal(describeTimesteps([0.001, 0.01, 0.1]), "From t = 2 back to t = 0 it shrinks by a factor of 100.");
  assert.equal(describeTimesteps([null, 8, 2]), "From t = 2 back to t = 1 it grows by a factor of 4.00.");
  assert.equal(describeTimesteps([0, 1, 2]), "From t = 2 back to t = 0 it falls to exactly zero.");
  assert.equal(describeTimesteps([null, Number.NaN, 2]), "Not finite at t = 1.");
  assert.equal(describeTimesteps(gradThroughTime(32, 31)), "");
});

test("how the gradient changes through the layers prefers the outputs and skips what is missing", () => {
  const layer = (name: string, parameterGradNorm: number | null, outputGradNorm: number | null) => ({
    layer: name,
    parameterGradNorm,
    outputGradNorm,
  });
  assert.equal(
    describeLayers([layer("a", 1, 0.1), layer("relu", null, 0.5), layer("b", 1, 1)]),
    "From b back to a, ‖∂L/∂y‖ shrinks by a factor of 10.0.",
  );
  assert.equal(
    describeLayers([layer("a", 4, null), layer("b", 2, null)]),
    "From b back to a, ‖∂L/∂W‖ grows by a factor of 2.00.",
  );
  assert.equal(describeLayers([layer("a", null, null), layer("b", 1, 1)]), "");
});

test("a curve is told by its ends and its extremes", () => {
  const points = [4, 1, 2, Number.NaN].map((y, i) => ({ x: i + 1, y }));
  assert.equal(
    describeCurve("Loss", points),
    "Loss: 4.00 at iteration 1, 2.00 at iteration 3; lowest 1.00, highest 4.00.",
  );
  assert.equal(describeCurve("Loss", []), "Loss: no values yet.");
});
