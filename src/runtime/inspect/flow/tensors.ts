// Which tensors of an iteration flow from where to where, by the keys of nodes. Knows nothing of numbers.
import { hiddenStateOperations, type Node, Parameter, type Scope, type Tensor } from "../../../training/engine.ts";
import type { TrainingRun } from "../../../training/run.ts";
import type { Keys } from "./items.ts";

/** What one node gives to another. */
export interface Stream {
  readonly from: string;
  readonly to: string;
  readonly tensors: Set<Tensor>;
  loop: boolean;
}

/** What stands as one node: operations of one layer call, of all rounds of a loop, or one operation. */
export interface Station {
  readonly key: string;
  /** The innermost layer call that is shown as a box of its own; null for an operation outside of such. */
  readonly scope: Scope | null;
  readonly nodes: Node[];
  /** Rounds of a loop, each with what it gave. */
  readonly rounds: Map<Scope | Node, Tensor>;
}

export interface Streams {
  readonly stations: ReadonlyMap<string, Station>;
  /** In the order of the run, by `from` and `to`. */
  readonly streams: ReadonlyMap<string, Stream>;
  /** Parameters that stand for themselves, by the key of their node. */
  readonly parameters: ReadonlyMap<string, Parameter>;
}

export const inputKey = "input";
export const targetKey = "target";

export function streamKey(from: string, to: string): string {
  return `${from} → ${to}`;
}

export function streamsOf(run: TrainingRun, keys: Keys): Streams {
  const stations = new Map<string, Station>();
  const streams = new Map<string, Stream>();
  const parameters: UsedParameter[] = [];
  const producers = new Map<Tensor, { readonly key: string; readonly round: Scope | Node }>();
  const order = new Map<string, number>();
  const flow = (from: string, to: string, tensor: Tensor, loop: boolean): void => {
    const key = streamKey(from, to);
    const stream = streams.get(key);
    if (stream === undefined) streams.set(key, { from, to, tensors: new Set([tensor]), loop });
    else stream.tensors.add(tensor);
  };
  for (const node of run.engine.tape) {
    const { key, round, scope } = placeOf(node, keys);
    const station = stationAt(stations, key, scope);
    if (!order.has(key)) order.set(key, order.size);
    for (const tensor of node.inputs) {
      const producer = producers.get(tensor);
      if (producer !== undefined) {
        const loop = (order.get(producer.key) ?? 0) >= (order.get(key) ?? 0);
        if (producer.key !== key || producer.round !== round) flow(producer.key, key, tensor, loop);
      } else if (tensor === run.batch?.input) flow(inputKey, key, tensor, false);
      else if (tensor === run.batch?.target) flow(targetKey, key, tensor, false);
      else if (tensor instanceof Parameter && scope === null) {
        const name = run.parameters.get(tensor) ?? "";
        const isOwn = node.scope?.owner.path === layerOf(name) && layerOf(name) !== "";
        parameters.push({ key: parameterKey(name), parameter: tensor, to: key, isOwn });
      }
    }
    station.nodes.push(node);
    station.rounds.set(round, node.output);
    producers.set(node.output, { key, round });
    if (hiddenStateOperations.has(node.operation) && scope !== null) flow(key, key, node.output, true);
  }
  for (const station of stations.values()) settleOutputs(station);
  const shown = standing(parameters, streams);
  for (const { key, parameter, to } of shown) flow(key, to, parameter, false);
  return { stations, streams, parameters: new Map(shown.map(({ key, parameter }) => [key, parameter])) };
}

interface UsedParameter {
  readonly key: string;
  readonly parameter: Parameter;
  /** Key of the operation's node. */
  readonly to: string;
  /** Does the operation belong to the layer that the parameter belongs to? */
  readonly isOwn: boolean;
}

/** A layer's own parameters are a part of it and not drawn, unless an operation would stand there with nothing that flows into it. */
function standing(used: readonly UsedParameter[], streams: ReadonlyMap<string, Stream>): readonly UsedParameter[] {
  const fed = new Set([...streams.values()].map(({ to }) => to));
  return used.filter(({ isOwn, to }) => !isOwn || !fed.has(to));
}

/** Path of the layer that a parameter of this name belongs to. */
export function layerOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf(".")));
}

export function parameterKey(name: string): string {
  return `parameter ${name}`;
}

/** The node that an operation is shown in. */
export function placeOf(
  node: Node,
  keys: Keys,
): { readonly key: string; readonly round: Scope | Node; readonly scope: Scope | null } {
  const { scope } = node;
  const own = scope === null ? undefined : keys.ofScope.get(scope);
  if (scope !== null && own !== undefined && scope.owner.path !== "" && !keys.containers.has(own)) {
    return { key: own, round: scope, scope };
  }
  return { key: keys.ofNode.get(node) ?? "", round: node, scope: null };
}

function stationAt(stations: Map<string, Station>, key: string, scope: Scope | null): Station {
  let station = stations.get(key);
  if (station === undefined) {
    station = { key, scope, nodes: [], rounds: new Map() };
    stations.set(key, station);
  }
  return station;
}

/** A call gives what its forward() returned; while it runs, what it has computed last. */
function settleOutputs({ rounds }: Station): void {
  for (const round of rounds.keys()) {
    const given = "outputs" in round ? round.outputs[0] : undefined;
    if (given !== undefined) rounds.set(round, given);
  }
}
