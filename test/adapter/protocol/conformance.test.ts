// The checks that every test's messages go through must themselves see what is wrong.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import { misanswered, misnumbered, violations } from "../conformance.ts";
import { protocolSchema } from "./schema.ts";

function event(name: string, body: object): Dap.Event {
  return { seq: 1, type: "event", event: name, body };
}

function response(request_seq: number, command: string, rest: object = {}): Dap.Response {
  return { seq: 1, type: "response", request_seq, command, success: true, ...rest };
}

describe("the protocol's schema", () => {
  test("has every message of the published declarations", () => {
    const names = Object.keys(protocolSchema().definitions);
    for (const name of ["StoppedEvent", "SetDataBreakpointsResponse", "VariablesArguments", "StepBackArguments"]) {
      assert.ok(names.includes(name), name);
    }
    assert.ok(names.length > 180, String(names.length));
  });

  test("takes good messages, our own among them", () => {
    assert.deepEqual(
      violations([
        event("stopped", { reason: "step", threadId: 1, hitBreakpointIds: [3] }),
        event("progressUpdate", { progressId: "a", percentage: 12.5 }),
        event("gradientDebugger.runtime", { type: "continued" }),
        response(4, "gradientDebugger/chain", { body: { timesteps: [] } }),
        response(5, "next", { success: false, message: "no", body: { error: { id: 1, format: "no" } } }),
        response(6, "dataBreakpointInfo", { body: { dataId: null, description: "nothing to watch" } }),
      ]),
      [],
    );
  });

  for (const [what, message, complaint] of [
    ["an unknown property", event("stopped", { reason: "step", line: 3 }), /additional properties.*line/],
    ["a missing property", event("stopped", { threadId: 1 }), /required property 'reason'/],
    ["a fraction where there are whole numbers", event("stopped", { reason: "step", threadId: 1.5 }), /integer/],
    ["a word that is none of the protocol's", event("breakpoint", { reason: "new", breakpoint: {} }), /verified/],
    ["a body of the wrong kind", response(1, "threads", { body: { threads: {} } }), /must be array/],
    ["a response without its body", response(1, "variables"), /required property 'body'/],
  ] as const) {
    test(`refuses ${what}`, () => {
      const [wrong] = violations([message]);
      assert.match(wrong ?? "", complaint);
    });
  }

  test("refuses an event that the protocol does not have", () => {
    assert.throws(() => violations([event("exploded", {})]), /no message ExplodedEvent/);
  });

  test("sees answers that are missing, doubled, wrong or to nobody, and numbers that do not count up", () => {
    const requests = [1, 2, 3].map((seq) => ({ seq, command: "next" }));
    const sent = [response(1, "next"), response(1, "next"), response(3, "stepIn"), response(9, "next")];
    assert.deepEqual(misanswered(requests, sent), [
      "request 1 (next) has 2 responses",
      "request 2 (next) has 0 responses",
      "request 3 (next) is answered as stepIn",
      "there is a response to 9, which nobody has sent",
    ]);
    assert.equal(misnumbered(sent).length, 3);
  });
});
