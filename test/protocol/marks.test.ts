// Marks of a run: which events leave one, what going back and changing something does to them, and that they are bounded.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RuntimeEvent, StopReason } from "../../src/protocol/events.ts";
import { type InspectorState, initialState, reduce } from "../../src/protocol/inspector/inspector.ts";
import { type Mark, marked, markLimit } from "../../src/protocol/inspector/marks.ts";
import type { Position } from "../../src/protocol/position.ts";

function positionAt(iteration: number, event: number): Position {
  return {
    epoch: 1,
    iteration,
    event,
    kind: "operation",
    phase: "forward",
    layer: "rnn",
    layerType: "RNN",
    operation: "rnn step",
    timestep: null,
    parameter: "",
    source: null,
  };
}

function stop(iteration: number, reason: StopReason = "breakpoint", event = 7): RuntimeEvent {
  return {
    type: "stopped",
    reason,
    position: positionAt(iteration, event),
    text: `Paused on ${reason}`,
    breakpoints: [],
  };
}

const after = (events: readonly RuntimeEvent[]): InspectorState => events.reduce(reduce, initialState);
const iterations = (marks: readonly Mark[]): number[] => marks.map(({ iteration }) => iteration);

test("stops that a person has not asked for by stepping leave a mark, each of its kind", () => {
  const reasons: readonly StopReason[] = [
    "entry",
    "step",
    "pause",
    "goto",
    "restart",
    "breakpoint",
    "function breakpoint",
    "data breakpoint",
    "exception",
  ];
  const { marks } = after(reasons.map((reason, i) => stop(i + 1, reason)));
  assert.deepEqual(
    marks.map(({ kind, iteration }) => [kind, iteration]),
    [
      ["breakpoint", 6],
      ["breakpoint", 7],
      ["dataBreakpoint", 8],
      ["finding", 9],
    ],
  );
});

test("a number that stops being finite is a finding, which says which", () => {
  const { marks } = after([{ type: "notFinite", iteration: 231, what: "gradient norm" }]);
  assert.deepEqual(marks, [
    { kind: "finding", iteration: 231, event: 0, text: "the gradient norm is not finite from here on" },
  ]);
});

test("a point that is come to again after going back is one mark", () => {
  const { marks } = after([stop(3), stop(2, "goto"), stop(3)]);
  assert.deepEqual(iterations(marks), [3]);
});

test("what leaves no mark leaves the list as it is", () => {
  const { marks } = after([stop(3)]);
  assert.equal(marked(marks, { type: "continued" }), marks);
  assert.equal(marked(marks, stop(3)), marks);
});

test("another course drops the marks of the future that was, and marks where it begins", () => {
  // At event 5 of iteration 4 something is changed: what was before it in iteration 4 has happened all the same.
  const events = [stop(2), stop(4, "breakpoint", 3), stop(4, "breakpoint", 9), stop(6), stop(4, "goto", 5)];
  const { marks } = after([...events, { type: "rewound", iteration: 3 }]);
  assert.deepEqual(
    marks.map(({ kind, iteration, event }) => [kind, iteration, event]),
    [
      ["breakpoint", 2, 7],
      ["breakpoint", 4, 3],
      ["branch", 4, 5],
    ],
  );
});

test("two changes at one place are one branch", () => {
  const rewound: RuntimeEvent = { type: "rewound", iteration: 3 };
  const { marks } = after([stop(4, "goto", 5), rewound, rewound]);
  assert.deepEqual(
    marks.map(({ kind }) => kind),
    ["branch"],
  );
});

test("a breakpoint that is hit in every iteration drives out no finding", () => {
  const finding: RuntimeEvent = { type: "notFinite", iteration: 1, what: "loss" };
  const hits = Array.from({ length: markLimit + 50 }, (_, i) => stop(i + 2));
  const { marks } = after([finding, ...hits]);
  assert.equal(marks.length, markLimit);
  assert.equal(marks[0].kind, "finding");
  // 1 finding and the newest 399 of the hits 2 to 451: from 53 on
  assert.deepEqual([marks[1].iteration, marks.at(-1)?.iteration], [53, 451]);
});

test("the next run begins without marks", () => {
  const model = {
    name: "M",
    file: "/m.ts",
    layers: [],
    parameters: [],
    parameterCount: 0,
    epochs: 1,
    iterationsPerEpoch: 10,
    seed: 1,
    optimizer: "SGD",
  };
  assert.deepEqual(after([stop(3), { type: "started", model }]).marks, []);
});
