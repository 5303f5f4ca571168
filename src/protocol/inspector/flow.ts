// The network as it really ran: layer calls and operations, the tensors that flow between them, and how large these are.

/** How much of a layer's parameters no optimizer changes. */
export type Frozen = "no" | "partly" | "wholly";

export interface FlowPlace {
  /** Absolute path. */
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
}

export type FlowNodeKind =
  /** A call of a layer that calls no other layer. */
  | "layer"
  /** An operation that belongs to no such call: the sum of a residual connection, the loss. */
  | "operation"
  /** The batch. */
  | "input"
  | "target"
  /** A parameter that an operation outside of its layer uses, or the model itself: of a table of positions, of shared weights. */
  | "parameter";

/** A call that was repeated in a loop stands once, with the number of its repetitions. */
export interface FlowNode {
  /** The same in every iteration that runs in the same way. */
  readonly key: string;
  readonly kind: FlowNodeKind;
  /** Index of the group that it lies in, −1 for none. */
  readonly group: number;
  /** Path of the layer, of an operation that of the layer around it; empty for the model itself and for what belongs to none. */
  readonly layer: string;
  /** Class name of the layer, name of the operation or of the parameter. */
  readonly title: string;
  /** How many calls or operations of a loop are folded in it. */
  readonly times: number;
  /** Of a layer that stands in several places: which one this is, counted from 1, and how many there are. */
  readonly call: number;
  readonly calls: number;
  /** Timesteps that a recurrent layer ran through in itself, 0 for other nodes. */
  readonly timesteps: number;
  readonly frozen: Frozen;
  /** Is its output the loss? */
  readonly loss: boolean;
  /** Of its (first) output. */
  readonly shape: readonly number[];
  /** The line that made the call. */
  readonly source: FlowPlace | null;
}

/** A call of a layer that calls other layers. */
export interface FlowGroup {
  readonly key: string;
  /** Index of the group around it, −1 for none. */
  readonly group: number;
  readonly layer: string;
  readonly title: string;
  readonly times: number;
  readonly frozen: Frozen;
  readonly source: FlowPlace | null;
}

/** Tensors that one node gives to another. */
export interface FlowEdge {
  /** Indices of nodes. */
  readonly from: number;
  readonly to: number;
  /** Of the first tensor. */
  readonly shape: readonly number[];
  /** Whole numbers (tokens, classes): they have no size and no gradient. */
  readonly whole: boolean;
  /** Goes to the next timestep or the next round of a loop. */
  readonly loop: boolean;
}

export interface FlowGraph {
  /** Another graph has another number. */
  readonly id: number;
  /** In the order of the run. */
  readonly nodes: readonly FlowNode[];
  readonly groups: readonly FlowGroup[];
  readonly edges: readonly FlowEdge[];
}

/** How far a node has come: `none` has not begun, `part` is under way; `never`: nothing in it has a gradient. */
export type FlowProgress = "none" | "part" | "done" | "never";

/** One timestep of a recurrent layer, or one round of a loop. */
export interface FlowStep {
  /** Counts from 0. */
  readonly t: number;
  /** Root mean square of h_t, null while it has not been computed. */
  readonly value: number | null;
  /** Root mean square of ∂L/∂h_t, null while backward has not come to it. */
  readonly gradient: number | null;
}

export interface FlowChain {
  /** Index of the node. */
  readonly node: number;
  /** At most `longestChain`, evenly spaced when there were more; the last one is always there. */
  readonly steps: readonly FlowStep[];
}

export const longestChain = 64;

/** Numbers of one iteration for a graph, as far as it has come. Root mean squares are over the elements of all tensors of an edge. */
export interface FlowValues {
  /** `id` of the graph. */
  readonly graph: number;
  readonly iteration: number;
  /** For each edge; null while it has not been computed, and for whole numbers. */
  readonly values: readonly (number | null)[];
  /** For each edge, of ∂L/∂(its tensors); null where backward has not come to, or never comes to. */
  readonly gradients: readonly (number | null)[];
  /** For each node. */
  readonly forward: readonly FlowProgress[];
  readonly backward: readonly FlowProgress[];
  /** Indices of the nodes that the pause stands at; empty while running. */
  readonly current: readonly number[];
  /** Index of the group that the pause stands at, −1 for none. */
  readonly currentGroup: number;
  readonly chains: readonly FlowChain[];
}

/** What the inspector knows of the flow; `values` is null until there are some of this graph. */
export interface Flow {
  readonly graph: FlowGraph;
  readonly values: FlowValues | null;
}

/** The graph of a flow has come; numbers of another graph say nothing of it. */
export function flowOf(flow: Flow | null, graph: FlowGraph): Flow {
  return flow?.graph.id === graph.id ? flow : { graph, values: null };
}

/** Numbers that belong to another graph are left out. */
export function withValues(flow: Flow | null, values: FlowValues): Flow | null {
  return flow?.graph.id === values.graph ? { ...flow, values } : flow;
}

/** Forgets the numbers of iterations after this one; the graph is that of every iteration. */
export function flowUpTo(flow: Flow | null, iteration: number): Flow | null {
  return flow?.values != null && flow.values.iteration > iteration ? { ...flow, values: null } : flow;
}

/** Is this a flow that a page can draw? Looks at the parts, not into every node. */
export function isFlow(value: unknown): value is Flow {
  if (typeof value !== "object" || value === null || !("graph" in value) || !("values" in value)) return false;
  const { graph, values } = value;
  if (typeof graph !== "object" || graph === null || typeof values !== "object") return false;
  return ["nodes", "groups", "edges"].every(
    (part) => part in graph && Array.isArray(graph[part as keyof typeof graph]),
  );
}
