// Every equation is mathematics that can be typeset, and a pause gives the one of its step with its own numbers.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import katex from "katex";
import { optim } from "../../../src/api.ts";
import { equationMacros } from "../../../src/protocol/equation.ts";
import { operationEquations } from "../../../src/runtime/inspect/equation/operations.ts";
import { updateRules } from "../../../src/runtime/inspect/equation/optimizers.ts";
import { equationReport, texOf } from "../../../src/runtime/inspect/equation/report.ts";
import { smallRun } from "../../training/small.ts";
import { pausing } from "./paused.ts";

const typeset = (tex: string) =>
  katex.renderToString(tex, { output: "mathml", throwOnError: true, strict: "error", macros: { ...equationMacros } });

describe("equations", () => {
  test("of all operations, forward and backward, can be typeset", () => {
    for (const { forward, backward } of Object.values(operationEquations)) {
      for (const line of [...forward, ...backward]) assert.match(typeset(line), /<math/);
    }
  });

  test("of all optimizers are there and can be typeset", () => {
    const makers = [optim.sgd, optim.adam, optim.adamW, optim.rmsprop, optim.adagrad];
    const names = makers.map((make) => smallRun({ optimizer: (p) => make(p, { learningRate: 0.1 }) }).optimizer.name);
    assert.deepEqual(Object.keys(updateRules).sort(), names.sort());
    for (const { lines } of Object.values(updateRules)) for (const line of lines) assert.match(typeset(line), /<math/);
  });

  test("names of variables become symbols", () => {
    assert.equal(texOf("∂L/∂h_t"), "\\dL{h_t}".replace("h_t", "h_{t}"));
    assert.equal(texOf("∂L/∂(W_hh)"), "\\dL{W_{hh}}");
    assert.equal(texOf("h_{t−1}"), "h_{t-1}");
    assert.equal(texOf("log p"), "\\text{log p}");
    assert.equal(texOf("Δw"), "\\Delta w");
    for (const name of ["∂L/∂h_t", "δ_t", "∂L/∂(log p)", "γ", "tokens", "w before"]) typeset(texOf(name));
  });
});

describe("the equation of a pause", () => {
  test("is the backward one in backward, with gradients first and the numbers of the tensors", () => {
    pausing({
      "2 backward rnn[t=1] rnn step": ({ pause }) => {
        const report = equationReport(pause);
        assert.equal(report?.title, "rnn step");
        assert.deepEqual(report?.lines, operationEquations["rnn step"].backward);
        assert.deepEqual(
          report?.symbols.map(({ name }) => name),
          ["∂L/∂h_t", "δ_t", "∂L/∂h_{t−1}", "z_t", "h_{t−1}", "h_t"],
        );
        const h = pause.run.calls.get("rnn")?.outputs[0].select(1, 1).toFlatArray() ?? [];
        const shown = report?.symbols.at(-1);
        assert.deepEqual(shown?.shape, [4, 6]);
        assert.deepEqual(shown?.rows[1], h.slice(6, 10));
        assert.equal(shown?.rows.length, 4);
        assert.ok(Math.abs((shown?.norm ?? 0) - Math.hypot(...h)) < 1e-12);
      },
      "2 forward head linear": ({ pause }) => {
        const report = equationReport(pause);
        assert.deepEqual(report?.lines, operationEquations.linear.forward);
        assert.deepEqual(
          report?.symbols.map(({ name }) => name),
          ["a", "W", "b", "z"],
        );
      },
    });
  });

  test("in the update it is the optimizer's, with the weight before and after, gradient and state", () => {
    pausing({
      "2 update head.bias": ({ pause }) => {
        const report = equationReport(pause);
        assert.deepEqual(report?.lines, updateRules.Adam.lines);
        const symbols = new Map(report?.symbols.map((symbol) => [symbol.name, symbol.rows[0][0]]));
        assert.deepEqual([...symbols.keys()], ["w", "w before", "Δw", "g", "m", "v"]);
        const of = (name: string) => symbols.get(name) ?? Number.NaN;
        assert.ok(Math.abs(of("w before") + of("Δw") - of("w")) < 1e-15);
      },
    });
  });

  test("is none where nothing is computed", () => {
    pausing({ "1 end backward": ({ pause }) => assert.equal(equationReport(pause), null) });
  });
});
