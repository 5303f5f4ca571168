// What a kept graph of the network, and its numbers, must have to be believed.
import type {
  FlowChain,
  FlowEdge,
  FlowGraph,
  FlowGroup,
  FlowNode,
  FlowPlace,
  FlowStep,
  FlowValues,
} from "../../protocol/inspector/flow.ts";
import { type Check, isFlag, isNumber, isText, isWhole, listOf, oneOf, orNull, shape } from "./check.ts";

const isPlace: Check<FlowPlace> = shape<FlowPlace>({ file: isText, line: isWhole });
const isFrozen = oneOf("no", "partly", "wholly");

const isNode: Check<FlowNode> = shape<FlowNode>({
  key: isText,
  kind: oneOf("layer", "operation", "input", "target", "parameter"),
  group: isWhole,
  layer: isText,
  title: isText,
  times: isWhole,
  call: isWhole,
  calls: isWhole,
  timesteps: isWhole,
  frozen: isFrozen,
  loss: isFlag,
  shape: listOf(isWhole),
  source: orNull(isPlace),
});

const isGroup: Check<FlowGroup> = shape<FlowGroup>({
  key: isText,
  group: isWhole,
  layer: isText,
  title: isText,
  times: isWhole,
  frozen: isFrozen,
  source: orNull(isPlace),
});

const isEdge: Check<FlowEdge> = shape<FlowEdge>({
  from: isWhole,
  to: isWhole,
  shape: listOf(isWhole),
  whole: isFlag,
  loop: isFlag,
});

const hasParts: Check<FlowGraph> = shape<FlowGraph>({
  id: isWhole,
  nodes: listOf(isNode),
  groups: listOf(isGroup),
  edges: listOf(isEdge),
});

/** Edges join nodes that there are, and nothing lies in a group that there is not. */
export const isGraph: Check<FlowGraph> = (value): value is FlowGraph => {
  if (!hasParts(value)) return false;
  const { nodes, groups, edges } = value;
  const isNodeIndex = (i: number): boolean => i >= 0 && i < nodes.length;
  return (
    edges.every(({ from, to }) => isNodeIndex(from) && isNodeIndex(to)) &&
    [...nodes, ...groups].every(({ group }) => group >= -1 && group < groups.length)
  );
};

const progress = oneOf("none", "part", "done", "never");
const numbers = listOf(orNull(isNumber));
const isStep: Check<FlowStep> = shape<FlowStep>({ t: isWhole, value: orNull(isNumber), gradient: orNull(isNumber) });

export const isFlowValues: Check<FlowValues> = shape<FlowValues>({
  graph: isWhole,
  iteration: isWhole,
  values: numbers,
  gradients: numbers,
  forward: listOf(progress),
  backward: listOf(progress),
  current: listOf(isWhole),
  currentGroup: isWhole,
  chains: listOf(shape<FlowChain>({ node: isWhole, steps: listOf(isStep) })),
});
