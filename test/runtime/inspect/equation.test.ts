// Every equation is mathematics that can be typeset, names tensors that exist, and a pause gives the one of its step.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import katex from "katex";
import { nn, optim, type Tensor } from "../../../src/api.ts";
import type { EquationReport } from "../../../src/protocol/inspector/equation.ts";
import { equationMacros } from "../../../src/protocol/inspector/equation.ts";
import { mark } from "../../../src/runtime/inspect/equation/marks.ts";
import { updateRules } from "../../../src/runtime/inspect/equation/optimizers.ts";
import { equationReport, operationReport, termNamed } from "../../../src/runtime/inspect/equation/report.ts";
import { operationEquations } from "../../../src/runtime/inspect/equation/table.ts";
import { texOf } from "../../../src/runtime/inspect/equation/terms.ts";
import type { Node, OperationName } from "../../../src/training/engine.ts";
import type { Phase } from "../../../src/training/observer.ts";
import { gradientCases } from "../../engine/gradientCases.ts";
import { freshEngine, variable } from "../../engine/harness.ts";
import { Counter, smallRun, vocabulary } from "../../training/small.ts";
import { type Paused, pausing } from "./paused.ts";

const typeset = (tex: string) =>
  katex.renderToString(tex, {
    output: "htmlAndMathml",
    throwOnError: true,
    strict: (code: string) => (code === "htmlExtension" ? "ignore" : "error"),
    trust: ({ command }) => command === "\\htmlData",
    macros: { ...equationMacros },
  });

/** Checks what holds for every report: it can be typeset, and its marks and its symbols are the same. */
function check(report: EquationReport | null, where: string): asserts report is EquationReport {
  assert.ok(report !== null && report.lines.length > 0, `${where}: no equation`);
  const html = report.lines.map(typeset).join("");
  for (const { tex } of [...report.symbols, ...report.constants]) typeset(tex);
  const marked = new Set([...html.matchAll(/data-symbol="(\d+)"/g)].map(([, i]) => Number(i)));
  assert.deepEqual(
    [...marked].sort((a, b) => a - b),
    report.symbols.map((_, i) => i),
    where,
  );
  for (const { name, value } of report.constants.map((each) => ({ name: each.tex, value: each.value })))
    assert.ok(Number.isFinite(value), `${where}: ${name} is ${value}`);
}

/** Names of the symbols of a pause. */
const namesAt = ({ pause }: Paused) => equationReport(pause)?.symbols.map(({ name }) => name);

describe("marks", () => {
  const letter = (tex: string, gradient = false, whole = false) => ({ tex, gradient, whole });
  const marks = (line: string, ...letters: ReturnType<typeof letter>[]) =>
    mark(line, letters, (found) => letters.indexOf(found));

  test("stand around whole letters and around those with an index", () => {
    assert.equal(
      marks(String.raw`z = a W^\top + b_i`, letter("a"), letter("W"), letter("b")),
      String.raw`z=\term{0}{a}\term{1}{W}^{\top}+\entry{2}{b_{i}}`,
    );
  });

  test("take the longest letter, and none in words, under accents or in an index", () => {
    assert.equal(
      marks(String.raw`h_{t-1} + h_t \text{ where h is } \hat h_t \sum_h`, letter("h"), letter("h_{t-1}")),
      String.raw`\term{1}{h_{t-1}}+\entry{0}{h_{t}}\text{ where h is }\hat h_t\sum_{h}`,
    );
  });

  test("of whole numbers stand in an index too", () => {
    assert.equal(
      marks("x_{k_i} = k", letter("x"), letter("k", false, true)),
      String.raw`\entry{0}{x_{\entry{1}{k_{i}}}}=\term{1}{k}`,
    );
  });

  test("of gradients enclose the whole fraction", () => {
    assert.equal(
      marks(String.raw`\dL{x_i} = \dL{y} x`, letter("x"), letter("x", true)),
      String.raw`\entry{1}{\dL{x_i}}=\dL{y}\term{0}{x}`,
    );
  });
});

describe("equations", () => {
  test("of all operations, forward and backward, can be typeset, and name tensors of the operation", () => {
    const seen = new Map<OperationName, Set<Phase>>();
    for (const cases of Object.values(gradientCases)) {
      for (const { inputs, value = () => 0.7, compute } of cases) {
        const engine = freshEngine();
        const xs = inputs.map((shape) => variable(shape, () => value(engine.random)));
        const L = compute(xs, engine).sum();
        const at = (node: Node, phase: Phase) => {
          const where = `${node.operation} ${phase}`;
          const report = engine.noGrad(() =>
            operationReport(node, { phase, engine, model: null, parameters: new Map(), updated: new Set() }),
          );
          check(report, where);
          for (const symbol of report.symbols) {
            const whole = node.timestep < 0 && symbol.place.part === "after";
            const known = [...node.inputs, node.output].some(({ shape }) => shape.join() === symbol.shape.join());
            assert.ok(!whole || known, `${where}: ${symbol.name} of shape ${symbol.shape}`);
          }
          seen.set(node.operation, (seen.get(node.operation) ?? new Set()).add(phase));
        };
        for (const node of engine.tape) at(node, "forward");
        engine.observer = { operation: at, layer: () => {} };
        if (L.requiresGrad) engine.backward(L);
      }
    }
    for (const name of Object.keys(operationEquations) as OperationName[]) {
      assert.deepEqual([...(seen.get(name) ?? [])].sort(), ["backward", "forward"], name);
    }
  });

  test("every operand and every gradient that an operation makes is named, but for what it only takes the shape of", () => {
    const missing: string[] = [];
    for (const [name, [first]] of Object.entries(gradientCases)) {
      const engine = freshEngine();
      const xs = first.inputs.map((shape) =>
        variable(shape, () => (first.value ?? ((r) => r.normal()))(engine.random)),
      );
      const L = first.compute(xs, engine).sum();
      const names = new Set<string>();
      engine.observer = {
        layer: () => {},
        operation: (node, phase) => {
          if (node.operation !== name) return;
          const standing = { phase, engine, model: null, parameters: new Map(), updated: new Set<string>() };
          const report = engine.noGrad(() => operationReport(node, standing));
          for (const symbol of report.symbols) names.add(symbol.place.name);
        },
      };
      for (const node of engine.tape) engine.observer.operation(node, "forward");
      engine.backward(L);
      if (names.size < 2) missing.push(name);
    }
    // a gate is made of what it overwrites: the gate and its δ are all there is
    assert.deepEqual(missing, []);
  });

  test("of all optimizers are there, with what is switched on", () => {
    const makers = [optim.sgd, optim.adam, optim.adamW, optim.rmsprop, optim.adagrad];
    const names = makers.map((make) => smallRun({ optimizer: (p) => make(p, { learningRate: 0.1 }) }).optimizer.name);
    assert.deepEqual(Object.keys(updateRules).sort(), names.sort());
  });

  test("names of variables become symbols", () => {
    assert.equal(texOf("W_hh"), "W_{hh}");
    assert.equal(texOf("h_{t−1}"), "h_{t-1}");
    assert.equal(texOf("log p"), "\\text{log p}");
    assert.equal(texOf("x 2"), "x_{2}");
    for (const name of ["δ_t", "γ", "tokens", "x 12"]) typeset(texOf(name));
  });
});

describe("the equation of a pause", () => {
  test("is the backward one in backward, with the numbers of its tensors in the order of the lines", () => {
    pausing({
      "2 backward rnn[t=1] rnn step": (paused) => {
        const { pause } = paused;
        const report = equationReport(pause);
        check(report, "rnn step");
        assert.equal(report.title, "rnn step");
        assert.match(report.lines[0], /1-\\term\{\d\}\{h_t\}\^\{2\}/, "the layer's tanh is known");
        assert.deepEqual(namesAt(paused), [
          "δ_t",
          "∂L/∂(h_t)",
          "h_t",
          "∂L/∂(h_{t−1})",
          "W_hh",
          "∂L/∂(W_hh)",
          "h_{t−1}",
          "∂L/∂(b_hh)",
        ]);
        const of = (name: string) => report.symbols.find((symbol) => symbol.name === name);
        const h = pause.run.calls.get("rnn")?.outputs[0].select(1, 1).toFlatArray() ?? [];
        assert.deepEqual(of("h_t")?.shape, [4, 6]);
        assert.deepEqual(of("h_t")?.rows[1], h.slice(6, 10));
        assert.equal(of("h_t")?.rows.length, 4);
        assert.ok(Math.abs((of("h_t")?.norm ?? 0) - Math.hypot(...h)) < 1e-12);
        assert.deepEqual(of("W_hh")?.place, { name: "rnn.weight_hh_l0", part: "before" });
        assert.deepEqual(of("∂L/∂(W_hh)")?.place, { name: "rnn.weight_hh_l0", part: "gradient" });
        // δ_t = ∂L/∂h_t ⊙ (1 − h_t²)
        const [d, g, y] = ["δ_t", "∂L/∂(h_t)", "h_t"].map((name) => of(name)?.rows[2][3] ?? Number.NaN);
        assert.ok(Math.abs(d - g * (1 - y * y)) < 1e-15);
      },
      "2 forward head linear": (paused) => assert.deepEqual(namesAt(paused), ["z", "a", "W", "b"]),
    });
  });

  test("of a first timestep has no state before it", () => {
    pausing({
      "1 forward rnn[t=0] rnn step": (paused) =>
        assert.deepEqual(namesAt(paused), ["h_t", "x_t", "W_xh", "b_xh", "b_hh"]),
      "1 forward rnn[t=1] rnn step": (paused) =>
        assert.deepEqual(namesAt(paused), ["h_t", "x_t", "W_xh", "b_xh", "h_{t−1}", "W_hh", "b_hh"]),
    });
  });

  test("of gates holds for their numbers, in both directions", () => {
    class Gated extends Counter {
      lstm = new nn.LSTM(3, 6);
      gru = new nn.GRU(6, 6);
      override forward(tokens: Tensor): Tensor {
        const [h] = this.lstm.forward(this.embed.forward(tokens));
        const [y] = this.gru.forward(h);
        return this.head.forward(y);
      }
    }
    const numbersAt = ({ pause }: Paused) => {
      const report = equationReport(pause);
      check(report, "gates");
      return (name: string) => report.symbols.find((symbol) => symbol.name === name)?.rows[1][2] ?? Number.NaN;
    };
    const equal = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-14, `${a}, ${b}`);
    /** ∂L/∂i_t, as it was before its own operation made δ of it. */
    let dLdi = Number.NaN;
    pausing(
      {
        "1 forward lstm[t=2] lstm c": (paused) => {
          const at = numbersAt(paused);
          equal(at("c_t"), at("f_t") * at("c_{t−1}") + at("i_t") * at("g_t"));
        },
        "1 forward lstm[t=2] lstm h": (paused) => {
          const at = numbersAt(paused);
          equal(at("h_t"), at("o_t") * Math.tanh(at("c_t")));
        },
        "1 forward gru[t=2] gru h": (paused) => {
          const at = numbersAt(paused);
          equal(at("h_t"), (1 - at("z_t")) * at("n_t") + at("z_t") * at("h_{t−1}"));
        },
        "1 backward gru[t=2] gru h": (paused) => {
          const at = numbersAt(paused);
          equal(at("∂L/∂(n_t)"), at("∂L/∂(h_t)") * (1 - at("z_t")));
          equal(at("∂L/∂(z_t)"), at("∂L/∂(h_t)") * (at("h_{t−1}") - at("n_t")));
        },
        "1 backward gru[t=2] gru gates": (paused) =>
          assert.deepEqual(namesAt(paused)?.slice(0, 6), ["∂L/∂(h_{t−1})", "δ_r,t", "δ_z,t", "δ_n,t", "r_t", "W_hh"]),
        "1 backward lstm[t=2] lstm h": (paused) => {
          const at = numbersAt(paused);
          equal(at("∂L/∂(o_t)"), at("∂L/∂(h_t)") * Math.tanh(at("c_t")));
        },
        "1 backward lstm[t=2] lstm c": (paused) => {
          const at = numbersAt(paused);
          equal(at("∂L/∂(i_t)"), at("∂L/∂(c_t)") * at("g_t"));
          equal(at("∂L/∂(f_t)"), at("∂L/∂(c_t)") * at("c_{t−1}"));
          dLdi = at("∂L/∂(i_t)");
        },
        "1 backward lstm[t=2] lstm i": (paused) => {
          const at = numbersAt(paused);
          equal(at("δ_i,t"), dLdi * at("i_t") * (1 - at("i_t")));
        },
        "1 backward lstm[t=2] lstm gates": (paused) =>
          assert.deepEqual(namesAt(paused)?.slice(0, 5), ["δ_t", "δ_i,t", "δ_f,t", "δ_g,t", "δ_o,t"]),
      },
      { iterations: 1, change: { model: () => new Gated() } },
    );
  });

  test("in the update it is the optimizer's, with its settings, the weight before and after, and its state", () => {
    const cases = [
      { optimizer: optim.sgd, options: {}, states: [] as string[], constants: { t: 2, "\\eta": 0.02 } },
      {
        optimizer: optim.sgd,
        options: { momentum: 0.9, nesterov: true, weightDecay: 0.1 },
        states: ["v"],
        constants: { t: 2, "\\eta": 0.02, "\\mu": 0.9, "\\lambda": 0.1 },
      },
      {
        optimizer: optim.adam,
        options: {},
        states: ["m", "v"],
        constants: { t: 2, "\\eta": 0.02, "\\beta_1": 0.9, "\\beta_2": 0.999, "\\epsilon": 1e-8 },
      },
      { optimizer: optim.adam, options: { amsgrad: true }, states: ["m", "v", "v_max"] },
      { optimizer: optim.adamW, options: {}, states: ["m", "v"] },
      { optimizer: optim.rmsprop, options: { centered: true, momentum: 0.5 }, states: ["v", "g_mean", "b"] },
      { optimizer: optim.adagrad, options: { lrDecay: 0.1 }, states: ["G"] },
    ];
    for (const { optimizer, options, states, constants } of cases) {
      pausing(
        {
          "2 update head.bias": ({ pause }) => {
            const report = equationReport(pause);
            check(report, pause.run.optimizer.name);
            assert.equal(report.title, `${pause.run.optimizer.name} · head.bias`);
            const places = new Map(report.symbols.map(({ name, place }) => [name, place]));
            for (const state of states) {
              assert.deepEqual(places.get(state), { name: state, part: "after" });
              assert.equal(termNamed(state, pause)?.value.length, vocabulary);
            }
            assert.deepEqual(
              ["w before", "w", "Δw", "∂L/∂w"].map((name) => places.get(name)?.part),
              ["before", "after", "update", "gradient"],
            );
            const at = (name: string) =>
              report.symbols.find((symbol) => symbol.name === name)?.rows[0][0] ?? Number.NaN;
            assert.ok(Math.abs(at("w before") + at("Δw") - at("w")) < 1e-15);
            if (constants !== undefined)
              assert.deepEqual(Object.fromEntries(report.constants.map(({ tex, value }) => [tex, value])), constants);
          },
        },
        { change: { optimizer: (p) => optimizer(p, { learningRate: 0.02, ...options }) } },
      );
    }
  });

  test("is none where nothing is computed", () => {
    pausing({ "1 end backward": ({ pause }) => assert.equal(equationReport(pause), null) });
  });
});
