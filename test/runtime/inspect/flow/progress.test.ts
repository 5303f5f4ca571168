// What of the flow is known at each pause, and where the run is shown to stand: forward, backward, update, and back in time.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FlowValues } from "../../../../src/protocol/inspector/flow.ts";
import { changing, charRnn, lora, mlp, residualCnn, shared, transformer } from "./models.ts";
import { edgesOf, flowOf, nameOf, Played, type Stop } from "./played.ts";

/** One line for a pause: its name, the nodes that are lit, the edges whose gradient is known. */
interface Seen {
  readonly name: string;
  readonly lit: readonly string[];
  readonly gradients: readonly string[];
  readonly stop: Stop;
}

function valuesOf({ state }: Stop): FlowValues {
  const { values } = flowOf(state);
  assert.ok(values !== null);
  return values;
}

function seen(stop: Stop): Seen {
  const { graph } = flowOf(stop.state);
  const { current, gradients } = valuesOf(stop);
  const names = edgesOf(graph);
  return {
    name: stop.name,
    lit: current.map((i) => nameOf(graph.nodes[i])),
    gradients: names.filter((_, i) => gradients[i] !== null),
    stop,
  };
}

/** Every pause of one iteration, one step after the other. */
async function steps(source: string, iteration: number): Promise<Seen[]> {
  const all: Seen[] = [];
  await Played.train(source, {
    iterations: iteration,
    script: (stop) => {
      if (stop.iteration === iteration) all.push(seen(stop));
      return "stepIn";
    },
  });
  return all;
}

function at(all: readonly Seen[], name: string): Seen {
  const found = all.find((each) => each.name === name);
  assert.ok(found !== undefined, `no pause is called ${name}: ${all.map((each) => each.name).join("; ")}`);
  return found;
}

describe("as backward proceeds", () => {
  test("gradients are there for what it has reached, and for nothing before", async () => {
    const all = await steps(mlp, 2);
    const [last, third, second] = ["net.2 → cross entropy", "net.1 → net.2", "net.0 → net.1"];
    assert.deepEqual(at(all, "cross entropy loss").gradients, []);
    assert.deepEqual(at(all, "cross entropy backward").gradients, [last]);
    assert.deepEqual(at(all, "net.2 backward").gradients, [third, last]);
    assert.deepEqual(at(all, "net.1 backward").gradients, [second, third, last]);
    assert.deepEqual(at(all, "net.0 backward").gradients, [second, third, last]);
    const backward = ({ stop }: Seen) => valuesOf(stop).backward;
    // input, three layers, loss, target; data has no gradient
    assert.deepEqual(backward(at(all, "cross entropy loss")), ["never", "none", "none", "none", "none", "never"]);
    assert.deepEqual(backward(at(all, "net.1 backward")), ["never", "none", "done", "done", "done", "never"]);
  });

  test("a residual connection has its gradient before the block that it goes around", async () => {
    const all = await steps(residualCnn, 2);
    const names = all.map(({ name }) => name);
    // the sum of the last block gives it to both of its inputs at once
    const sum = all[names.indexOf("blocks.1.second backward") - 1];
    assert.equal(sum.name, "blocks.1 backward");
    assert.deepEqual(sum.lit, ["add"]);
    assert.ok(sum.gradients.includes("add → add"), "around the block");
    assert.ok(sum.gradients.includes("blocks.1.second → add"), "into the block");
    assert.ok(!sum.gradients.includes("relu → blocks.1.second"), "not through it");
    assert.ok(!sum.gradients.some((edge) => edge.includes("blocks.0")), "nor before it");
    const whole = at(all, "blocks.1.first backward");
    const around = (stop: Stop) => valuesOf(stop).gradients[edgesOf(flowOf(stop.state).graph).indexOf("add → add")];
    assert.notEqual(around(sum.stop), around(whole.stop), "the block adds its own part to the gradient of its input");
  });

  test("a recurrent layer goes from its last timestep to its first", async () => {
    const all = await steps(charRnn, 2);
    for (let t = 7; t >= 0; t--) {
      const { lit, gradients, stop } = at(all, `rnn[t=${t}] backward`);
      const [chain] = valuesOf(stop).chains;
      assert.deepEqual(
        chain.steps.map((step) => step.gradient !== null),
        Array.from({ length: 8 }, (_, i) => i >= t),
      );
      assert.deepEqual(lit, ["rnn"]);
      assert.ok(!gradients.includes("embed → rnn"), "what it was given gets its gradient when all of it is done");
      const { nodes } = flowOf(stop.state).graph;
      assert.equal(valuesOf(stop).backward[nodes.findIndex(({ layer }) => layer === "rnn")], "part");
    }
    assert.ok(at(all, "embed backward").gradients.includes("embed → rnn"));
  });

  test("nothing comes to a layer that is frozen", async () => {
    const all = await steps(lora, 2);
    assert.ok(all.every(({ gradients }) => !gradients.some((edge) => edge.includes("base"))));
    assert.ok(all.every(({ name }) => name !== "base backward"));
  });

  test("more and more is known: no gradient is taken back", async () => {
    for (const source of [transformer, shared]) {
      const all = (await steps(source, 2)).filter(({ stop }) => stop.phase === "backward");
      assert.ok(all.length > 8);
      for (let i = 1; i < all.length; i++) {
        const lost = all[i - 1].gradients.filter((edge) => !all[i].gradients.includes(edge));
        assert.deepEqual(lost, [], all[i].name);
      }
      assert.equal(all[0].gradients.length, 1, "that of the model's output");
    }
  });
});

describe("as forward proceeds", () => {
  test("values are there for what has run; of later iterations the rest of the network is already known", async () => {
    const first = await steps(mlp, 1);
    assert.equal(flowOf(at(first, "net.1 forward").stop.state).graph.nodes.length, 3);
    const second = await steps(mlp, 2);
    const { stop } = at(second, "net.1 forward");
    assert.equal(flowOf(stop.state).graph.nodes.length, 6);
    const names = edgesOf(flowOf(stop.state).graph);
    // a pause is after the operation: net.1 has given its output, and net.2 has not taken it
    assert.deepEqual(
      names.filter((_, i) => valuesOf(stop).values[i] !== null),
      ["input → net.0", "net.0 → net.1"],
    );
    assert.deepEqual(valuesOf(stop).forward, ["done", "done", "part", "none", "none", "done"]);
    assert.deepEqual(valuesOf(stop).backward, ["never", "none", "none", "none", "none", "never"]);
  });

  test("of a recurrent layer, the timesteps that have run count for its size and no others", async () => {
    const all = await steps(charRnn, 2);
    const { stop } = at(all, "rnn[t=1] forward");
    const [chain] = valuesOf(stop).chains;
    const [h0, h1] = chain.steps.map(({ value }) => value);
    assert.ok(h0 !== null && h1 !== null && chain.steps.slice(2).every(({ value }) => value === null));
    const loop = valuesOf(stop).values[edgesOf(flowOf(stop.state).graph).indexOf("↻ rnn → rnn")];
    assert.ok(loop !== null && Math.abs(loop - Math.sqrt((h0 ** 2 + h1 ** 2) / 2)) < 1e-6 * loop);
  });
});

describe("the pause is shown where it stands", () => {
  test("at a layer's operation, at one outside of layers, at the layer of a parameter", async () => {
    const all = await steps(residualCnn, 2);
    assert.deepEqual(at(all, "stem forward").lit, ["stem"]);
    assert.deepEqual(at(all, "blocks.0.second backward").lit, ["blocks.0.second"]);
    assert.deepEqual(at(all, "blocks.1 backward").lit, ["add"]);
    assert.deepEqual(at(all, "cross entropy loss").lit, ["cross entropy"]);
    assert.deepEqual(at(all, "head.weight update").lit, ["head"]);
  });

  test("in every call of a shared layer, one after the other, and in all of them at its update", async () => {
    const all = await steps(shared, 2);
    const calls = (each: Seen) => valuesOf(each.stop).current.map((i) => flowOf(each.stop.state).graph.nodes[i].call);
    const visits = (name: string) => all.filter((each) => each.name === name).map((each) => calls(each).join());
    assert.deepEqual(visits("mix forward"), ["1", "2"]);
    assert.deepEqual(visits("mix backward"), ["2", "1"]);
    assert.deepEqual(visits("mix.weight update"), ["1,2"]);
    assert.equal(visits("cell forward").length, 6);
  });

  test("at a parameter that stands for itself, and at the group whose own parameter is updated", async () => {
    const all = await steps(transformer, 2);
    assert.deepEqual(at(all, "places update").lit, ["places"]);
    const { lit, stop } = at(all, "layers.1.self_attn.in_proj_weight update");
    assert.deepEqual(lit, []);
    assert.equal(flowOf(stop.state).graph.groups[valuesOf(stop).currentGroup].layer, "layers.1.self_attn");
  });

  test("at every step of an iteration somewhere", async () => {
    for (const source of [mlp, charRnn, residualCnn, shared, lora, transformer]) {
      for (const { name, lit, stop } of await steps(source, 2)) {
        assert.ok(lit.length > 0 || valuesOf(stop).currentGroup !== -1, `${name} is nowhere`);
      }
    }
  });
});

describe("back in time", () => {
  test("an iteration that is gone to again has the same numbers, and none of the one that was left", async () => {
    const first = new Map<string, FlowValues>();
    let [again, beginnings, left] = [0, 0, 0];
    await Played.train(charRnn, {
      iterations: 4,
      script: (stop) => {
        const key = `${stop.iteration}: ${stop.event}, ${stop.name}`;
        const { flow } = stop.state;
        if (stop.name.startsWith("beginning of iteration")) {
          beginnings++;
          assert.equal(flow?.values?.iteration ?? stop.iteration, stop.iteration, "no numbers of a later iteration");
          assert.ok(flow?.values?.values.every((value) => value === null) ?? true);
          assert.ok(flow?.values?.gradients.every((gradient) => gradient === null) ?? true);
        } else if (flow?.values != null) {
          assert.equal(flow.values.iteration, stop.iteration);
          const before = first.get(key);
          if (before === undefined) first.set(key, flow.values);
          else {
            again++;
            assert.deepEqual(flow.values, before, key);
          }
        }
        // 4 → 2 → 3
        if (left === 0 && stop.iteration === 4 && stop.name === "embed backward") return { goTo: [2, 3][left++] };
        if (left > 0 && stop.name === "rnn[t=3] backward") return left === 1 ? { goTo: [2, 3][left++] } : null;
        return "stepIn";
      },
    });
    assert.equal(beginnings, 2);
    assert.ok(again > 30, `${again} pauses were seen twice`);
  });

  test("one step back has the numbers of before", async () => {
    const names: string[] = [];
    const flows: FlowValues[] = [];
    await Played.train(mlp, {
      iterations: 2,
      script: (stop) => {
        if (stop.iteration < 2) return "stepOut";
        names.push(stop.name);
        flows.push(valuesOf(stop));
        const isBack = names.indexOf("net.1 backward") === names.length - 2 && names.length > 1;
        return isBack ? null : stop.name === "net.1 backward" ? "stepBack" : "stepIn";
      },
    });
    assert.deepEqual(names.slice(-3), ["net.2 backward", "net.1 backward", "net.2 backward"]);
    assert.deepEqual(flows.at(-1), flows.at(-3));
    assert.notDeepEqual(flows.at(-1), flows.at(-2));
  });

  test("a model that ran in another way then is drawn as it ran then", async () => {
    const calls: number[] = [];
    await Played.train(changing, {
      iterations: 3,
      script: (stop) => {
        if (stop.name === "cross entropy backward") {
          calls.push(flowOf(stop.state).graph.nodes.filter(({ layer }) => layer === "body").length);
          if (calls.length === 3) return { goTo: 2 };
          if (calls.length === 4) return null;
        }
        return "stepIn";
      },
    });
    assert.deepEqual(calls, [2, 1, 2, 1]);
  });
});
