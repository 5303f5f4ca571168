// Tells of the network as it ran: its graph when that has changed, the numbers on its edges at a pause and now and then.
import type { FlowGraph, FlowValues } from "../../../protocol/inspector/flow.ts";
import type { BundledModel } from "../../../protocol/model.ts";
import type { TrainingRun } from "../../../training/run.ts";
import type { PauseEvent } from "../../events.ts";
import { chainOf, Steps } from "./chains.ts";
import { type Built, buildGraph } from "./graph.ts";
import { type Keys, nameTape } from "./items.ts";
import { Sizes } from "./numbers.ts";
import { backwardPlace, backwardProgress, currentKeys, forwardProgress } from "./progress.ts";
import { type Streams, streamKey, streamsOf } from "./tensors.ts";

export type FlowEvent =
  | { readonly type: "flow"; readonly graph: FlowGraph }
  | { readonly type: "flowValues"; readonly values: FlowValues };

/** The graph that was told last, with what is needed to place a later iteration in it. */
interface Told {
  readonly built: Built;
  readonly graph: FlowGraph;
  /** The graph without its number, for comparison. */
  readonly text: string;
  /** For each operation of its iteration, by its name, the key of its node. */
  readonly operations: ReadonlyMap<string, string>;
  /** Operations of each node. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Of a run that is not paused not more than this share of its time goes into its picture. */
const largestShare = 0.01;

export class FlowReporter {
  private told: Told | null = null;
  private nextId = 1;
  /** While running: not before this time. */
  private notBefore = Number.NEGATIVE_INFINITY;

  constructor(private readonly model: BundledModel) {}

  /** At the end of an iteration that is reported; `wanted` means in any case. */
  running(run: TrainingRun, wanted: boolean): readonly FlowEvent[] {
    const began = performance.now();
    if (!wanted && began < this.notBefore) return [];
    const events = this.report(run, null);
    const ended = performance.now();
    this.notBefore = ended + (ended - began) / largestShare;
    return events;
  }

  /** At a pause. Of an iteration that goes on as the one before did, the graph of that one is shown as a whole. */
  report(run: TrainingRun, event: PauseEvent | null): readonly FlowEvent[] {
    const { tape } = run.engine;
    if (tape.length === 0) return this.told === null ? [] : [this.valuesOf(run, event, this.told, nameTape(tape))];
    const keys = nameTape(tape);
    if (this.told !== null && !isForwardOver(run) && continues(keys, this.told.operations)) {
      return [this.valuesOf(run, event, this.told, inTermsOf(this.told, run, keys))];
    }
    const streams = streamsOf(run, keys);
    const before = this.told;
    this.told = this.tell(run, keys, streams);
    const values = this.valuesOf(run, event, this.told, keys, streams);
    return this.told.graph === before?.graph ? [values] : [{ type: "flow", graph: this.told.graph }, values];
  }

  private tell(run: TrainingRun, keys: Keys, streams: Streams): Told {
    const built = buildGraph(run, this.model, keys, streams);
    const text = JSON.stringify(built.graph);
    const same = this.told?.text === text;
    const graph = same && this.told !== null ? this.told.graph : { id: this.nextId++, ...built.graph };
    const operations = new Map<string, string>();
    const counts = new Map<string, number>();
    for (const [key, { nodes }] of streams.stations) counts.set(key, nodes.length);
    run.engine.tape.forEach((node, i) => {
      operations.set(keys.own[i], keys.ofNode.get(node) ?? "");
    });
    return { built, graph, text, operations, counts };
  }

  private valuesOf(
    run: TrainingRun,
    event: PauseEvent | null,
    { built, graph, counts }: Told,
    keys: Keys,
    streams: Streams = streamsOf(run, keys),
  ): FlowEvent {
    const sizes = new Sizes(run);
    const { nodes, edges } = graph;
    const stations = nodes.map(({ key }) => streams.stations.get(key));
    const flows = edges.map(({ from, to }) => {
      const tensors = streams.streams.get(streamKey(nodes[from].key, nodes[to].key))?.tensors ?? [];
      const station = from === to ? stations[from] : undefined;
      // what a layer gives to itself is there one timestep after the other
      return station === undefined ? sizes.of(tensors) : new Steps(station, run).size(tensors);
    });
    const places = new Map(run.engine.tape.map((node, i) => [node, i]));
    const from = backwardPlace(run);
    const lit = currentKeys(event, keys, built);
    return {
      type: "flowValues",
      values: {
        graph: graph.id,
        iteration: run.iteration,
        values: flows.map(({ value }) => value),
        gradients: flows.map(({ gradient }) => gradient),
        forward: nodes.map(({ key, kind }, i) =>
          isSource(kind) ? "done" : forwardProgress(stations[i], counts.get(key) ?? 0),
        ),
        backward: nodes.map(({ kind }, i) => (isSource(kind) ? "never" : backwardProgress(stations[i], places, from))),
        current: lit.flatMap((key) => built.nodes.get(key) ?? []),
        currentGroup: lit.map((key) => built.groups.get(key)).find((group) => group !== undefined) ?? -1,
        chains: nodes.flatMap((node, i) => chainOf(node, i, stations[i], run, sizes)),
      },
    };
  }
}

function isSource(kind: FlowGraph["nodes"][number]["kind"]): boolean {
  return kind === "input" || kind === "target" || kind === "parameter";
}

function isForwardOver(run: TrainingRun): boolean {
  return run.phase === "backward" || run.phase === "update";
}

/** Has everything that has run so far run in that iteration too? */
function continues(keys: Keys, operations: ReadonlyMap<string, string>): boolean {
  return keys.own.every((name) => operations.has(name));
}

/** Keys as the earlier graph has them: an unfinished loop does not know yet that it is one, nor a call that it will make others. */
function inTermsOf({ operations, built }: Told, run: TrainingRun, keys: Keys): Keys {
  const ofNode = new Map(run.engine.tape.map((node, i) => [node, operations.get(keys.own[i]) ?? ""]));
  const ofScope = new Map(keys.ofScope);
  for (const [node, key] of ofNode) {
    // the key of an operation begins with that of the call around it
    let around = key;
    for (let scope = node.scope; scope !== null; scope = scope.parent) {
      around = around.slice(0, around.lastIndexOf(">"));
      ofScope.set(scope, around);
    }
  }
  return { own: keys.own, ofNode, ofScope, containers: new Set(built.groups.keys()) };
}
