// The picture's nodes, groups and edges, made from what ran. Knows no number of a tensor.
import type { FlowEdge, FlowGraph, FlowGroup, FlowNode, FlowPlace, Frozen } from "../../../protocol/inspector/flow.ts";
import type { BundledModel } from "../../../protocol/model.ts";
import type { Module, Scope, Tensor } from "../../../training/engine.ts";
import type { TrainingRun } from "../../../training/run.ts";
import { rangeOf } from "../../events.ts";
import type { Keys } from "./items.ts";
import { inputKey, layerOf, type Station, type Streams, targetKey } from "./tensors.ts";

export interface Built {
  /** Without its number. */
  readonly graph: Omit<FlowGraph, "id">;
  /** Index of the node with this key. */
  readonly nodes: ReadonlyMap<string, number>;
  readonly groups: ReadonlyMap<string, number>;
}

export function buildGraph(run: TrainingRun, model: BundledModel, keys: Keys, streams: Streams): Built {
  return new Builder(run, model, keys).build(streams);
}

class Builder {
  private readonly nodes: FlowNode[] = [];
  private readonly groups: FlowGroup[] = [];
  private readonly nodeOf = new Map<string, number>();
  private readonly groupOf = new Map<string, number>();
  private readonly modules: ReadonlyMap<string, Module>;
  private readonly rounds: ReadonlyMap<string, number>;

  constructor(
    private readonly run: TrainingRun,
    private readonly model: BundledModel,
    private readonly keys: Keys,
  ) {
    this.modules = new Map(run.model.namedModules());
    const rounds = new Map<string, number>();
    for (const key of keys.ofScope.values()) rounds.set(key, (rounds.get(key) ?? 0) + 1);
    this.rounds = rounds;
  }

  build({ stations, streams, parameters }: Streams): Built {
    const from = new Set([...streams.values()].map((stream) => stream.from));
    const { batch } = this.run;
    if (from.has(inputKey) && batch !== null) this.addSource(inputKey, "input", "input", batch.input);
    for (const station of stations.values()) this.addStation(station);
    for (const [key, parameter] of parameters) {
      const name = this.run.parameters.get(parameter) ?? "";
      this.addSource(
        key,
        "parameter",
        name,
        parameter,
        parameter.requiresGrad ? "no" : "wholly",
        this.besideUser(key, streams),
      );
    }
    if (from.has(targetKey) && batch !== null) this.addSource(targetKey, "target", "target", batch.target);
    const edges = [...streams.values()].map(({ from, to, tensors, loop }): FlowEdge => {
      const [first] = tensors;
      const whole = first.dtype === "int32";
      return { from: this.nodeOf.get(from) ?? 0, to: this.nodeOf.get(to) ?? 0, shape: first.shape, whole, loop };
    });
    return {
      graph: { nodes: numberCalls(this.nodes), groups: this.groups, edges },
      nodes: this.nodeOf,
      groups: this.groupOf,
    };
  }

  private addSource(
    key: string,
    kind: "input" | "target" | "parameter",
    title: string,
    { shape }: Tensor,
    frozen: Frozen = "no",
    group = -1,
  ): void {
    const layer = kind === "parameter" ? layerOf(title) : "";
    const rest = { group, times: 1, call: 1, calls: 1, timesteps: 0, loss: false, source: null };
    this.add({ key, kind, layer, title, shape, frozen, ...rest });
  }

  /** A parameter lies in the group of the operation that uses it first. */
  private besideUser(key: string, streams: Streams["streams"]): number {
    const user = [...streams.values()].find(({ from }) => from === key)?.to ?? "";
    return this.nodes[this.nodeOf.get(user) ?? -1]?.group ?? -1;
  }

  private addStation({ key, scope, nodes, rounds }: Station): void {
    const [first] = nodes;
    const [output] = rounds.values();
    const common = {
      key,
      times: rounds.size,
      call: 1,
      calls: 1,
      loss: nodes.some((node) => node.output === this.run.loss),
      shape: output.shape,
    };
    if (scope === null) {
      const layer = first.scope?.owner.path ?? "";
      const group = this.groupAround(first.scope);
      const source = this.place(first.here.site);
      const rest = { timesteps: 0, frozen: "no" as const, source, group };
      this.add({ ...common, kind: "operation", layer, title: first.title, ...rest });
      return;
    }
    const { path, type } = scope.owner;
    const timesteps = nodes.reduce((most, { timestep }) => Math.max(most, timestep + 1), 0);
    const source = this.placeOfCall(scope);
    const rest = { timesteps, frozen: this.frozen(path), source, group: this.groupAround(scope.parent) };
    this.add({ ...common, kind: "layer", layer: path, title: type, ...rest });
  }

  private add(node: FlowNode): void {
    this.nodeOf.set(node.key, this.nodes.length);
    this.nodes.push(node);
  }

  /** The model itself is the whole picture and no group of it. */
  private groupAround(scope: Scope | null): number {
    if (scope === null) return -1;
    if (scope.owner.path === "") return this.groupAround(scope.parent);
    const key = this.keys.ofScope.get(scope) ?? "";
    const known = this.groupOf.get(key);
    if (known !== undefined) return known;
    const group = this.groupAround(scope.parent);
    const { path, type } = scope.owner;
    const index = this.groups.length;
    this.groupOf.set(key, index);
    const times = this.rounds.get(key) ?? 1;
    const source = this.placeOfCall(scope);
    this.groups.push({ key, group, layer: path, title: type, times, frozen: this.frozen(path), source });
    return index;
  }

  private frozen(path: string): Frozen {
    const parameters = this.modules.get(path)?.parameters() ?? [];
    const still = parameters.filter((parameter) => !parameter.requiresGrad).length;
    return still === 0 ? "no" : still === parameters.length ? "wholly" : "partly";
  }

  /** The line of the call; of a call that no line of the user made, the line that made the layer. */
  private placeOfCall({ here, owner }: Scope): FlowPlace | null {
    return this.place(here.site) ?? this.place(this.modules.get(owner.path)?.creationSite ?? -1);
  }

  private place(site: number): FlowPlace | null {
    const range = rangeOf(this.model, site);
    return range && { file: range.file, line: range.line };
  }
}

/** A layer that is called in several places stands in each: every call has its own values, and one box would draw a loop that never ran. */
function numberCalls(nodes: readonly FlowNode[]): FlowNode[] {
  const totals = new Map<string, number>();
  const isCall = ({ kind }: FlowNode) => kind === "layer";
  for (const node of nodes) if (isCall(node)) totals.set(node.layer, (totals.get(node.layer) ?? 0) + 1);
  const counts = new Map<string, number>();
  return nodes.map((node) => {
    if (!isCall(node)) return node;
    const call = (counts.get(node.layer) ?? 0) + 1;
    counts.set(node.layer, call);
    return { ...node, call, calls: totals.get(node.layer) ?? 1 };
  });
}
