// What the picture says in words: of a box, of an edge, of the whole. Knows no page.
import type { Flow, FlowProgress } from "../../../src/protocol/inspector/flow.ts";
import { baseName, formatNumber, formatShape, missing } from "../../format.ts";
import type { Box, VisibleEdge } from "./picture/visible.ts";
import { extremesOf, sizesOf } from "./scale.ts";

/** Of several nodes together. */
export function progressOf(progress: readonly FlowProgress[]): FlowProgress {
  const counting = progress.filter((each) => each !== "never");
  if (counting.length === 0) return "never";
  if (counting.every((each) => each === "done")) return "done";
  return counting.every((each) => each === "none") ? "none" : "part";
}

const forwardWords: Readonly<Record<FlowProgress, string>> = {
  none: "has not run yet",
  part: "is running",
  done: "has run",
  never: "has run",
};

const backwardWords: Readonly<Record<FlowProgress, string>> = {
  none: "backward has not come to it",
  part: "backward is in it",
  done: "backward has been there",
  never: "has no gradient",
};

/** `rnn, RNN: output [16, 32, 128], values 0.41, gradient 1.2e-4; has run, backward is in it`. */
export function describeBox(box: Box, { graph, values }: Flow): string {
  const last = graph.nodes[box.members[box.members.length - 1]];
  const { layer, title, source } = box.kind === "node" ? box.node : box.group;
  const isLayer = box.kind === "group" || box.node.kind === "layer";
  const name = isLayer && layer !== "" ? `${layer}, ${title}` : title;
  const out = graph.edges.flatMap(({ from, to, loop }, i) => {
    return box.members.includes(from) && (loop || !box.members.includes(to)) ? [i] : [];
  });
  const { value, gradient } = sizesOf({ graph, values }, out);
  const parts = [`output ${last.shape.length > 0 ? formatShape(last.shape) : "scalar"}`];
  if (value !== null) parts.push(`values ${formatNumber(value)}`);
  if (gradient !== null) parts.push(`gradient ${formatNumber(gradient)}`);
  const states = values === null ? [] : [statesOf(box, values.forward, values.backward)];
  const frozen = box.kind === "node" ? box.node.frozen : box.group.frozen;
  if (frozen !== "no") states.push(frozen === "wholly" ? "frozen" : "partly frozen");
  const place = source === null ? "" : ` (${baseName(source.file)}:${source.line})`;
  return `${name}: ${parts.join(", ")}${states.length > 0 ? `; ${states.join(", ")}` : ""}${place}`;
}

function statesOf(box: Box, forward: readonly FlowProgress[], backward: readonly FlowProgress[]): string {
  const of = (progress: readonly FlowProgress[]) => progressOf(box.members.map((i) => progress[i] ?? "none"));
  return `${forwardWords[of(forward)]}, ${backwardWords[of(backward)]}`;
}

/** `rnn → head: [4, 8, 16], values 0.41, gradient 1.2e-4`. */
export function describeEdge({ members }: VisibleEdge, flow: Flow): string {
  const { nodes, edges } = flow.graph;
  const [{ from, to, shape, whole }] = members.map((i) => edges[i]);
  const { value, gradient } = sizesOf(flow, members);
  const more = members.length > 1 ? `, and ${members.length - 1} more, of which the largest` : "";
  const values = whole ? "whole numbers" : `values ${formatNumber(value)}`;
  return `${nameOf(nodes[from])} → ${nameOf(nodes[to])}: ${formatShape(shape)}${more}, ${values}, gradient ${formatNumber(gradient)}`;
}

/** Where the gradient is the largest and where the smallest, or where it stops to be a number; empty when there is none. */
export function verdictOf(flow: Flow): string {
  const { graph, values } = flow;
  if (values === null) return "";
  const place = (i: number): string =>
    `${nameOf(graph.nodes[graph.edges[i].from])} → ${nameOf(graph.nodes[graph.edges[i].to])}`;
  const { values: forward, gradients } = values;
  const isBroken = (value: number | null): boolean => value !== null && !Number.isFinite(value);
  const firstValue = forward.findIndex(isBroken);
  if (firstValue !== -1) return `✕ Values are ${formatNumber(forward[firstValue])} from ${place(firstValue)} on.`;
  const firstGradient = gradients.findLastIndex(isBroken);
  if (firstGradient !== -1) {
    return `✕ Gradients are ${formatNumber(gradients[firstGradient])} from ${place(firstGradient)} back.`;
  }
  const { least, most } = extremesOf(gradients);
  const [smallest, largest] = [gradients[least] ?? 0, gradients[most] ?? 0];
  if (least === -1) return "";
  const ratio = smallest === 0 ? "" : `, ${formatRatio(largest / smallest)} smaller`;
  return (
    `Gradient: largest ${formatNumber(largest)} at ${place(most)}, ` +
    `smallest ${formatNumber(smallest)} at ${place(least)}${ratio}.`
  );
}

/** `68×`, `1.2e5×`. */
function formatRatio(ratio: number): string {
  return `${ratio < 9.95 ? ratio.toFixed(1) : ratio < 9999.5 ? Math.round(ratio) : formatNumber(ratio)}×`;
}

export function describePicture({ graph, values }: Flow): string {
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
  const layers = graph.nodes.filter(({ kind }) => kind === "layer").length;
  const operations = graph.nodes.filter(({ kind }) => kind === "operation").length;
  const frozen = graph.nodes.filter((node) => node.kind === "layer" && node.frozen === "wholly").length;
  const when = values === null ? "" : `, iteration ${values.iteration}`;
  const here = values?.current.map((i) => nameOf(graph.nodes[i])).join(", ") ?? "";
  return (
    `The network as it ran${when}: ${count(layers, "layer call")}, ${count(operations, "operation")} outside of them` +
    `${frozen > 0 ? `, ${frozen} frozen` : ""}.${here === "" ? "" : ` Now at ${here}.`}`
  );
}

function nameOf({ kind, layer, title }: Flow["graph"]["nodes"][number]): string {
  return kind === "layer" ? layer : title;
}

/** A row for each edge. */
export function tableRows({ graph, values }: Flow): readonly (readonly string[])[] {
  return graph.edges.map(({ from, to, shape, whole, loop }, i) => [
    nameOf(graph.nodes[from]),
    `${nameOf(graph.nodes[to])}${loop ? ", next step" : ""}`,
    formatShape(shape),
    whole ? "whole numbers" : formatNumber(values?.values[i] ?? null),
    formatNumber(values?.gradients[i] ?? null),
    values === null ? missing : `${forwardWords[values.forward[to]]}, ${backwardWords[values.backward[to]]}`,
  ]);
}
