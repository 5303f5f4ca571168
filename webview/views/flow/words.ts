// What the picture says in words: of a box, of an edge, of the whole. Knows no page.
import type { Flow, FlowProgress } from "../../../src/protocol/flow.ts";
import { baseName, formatNumber, formatShape, missing } from "../../format.ts";
import { largest } from "./scale.ts";
import type { Box } from "./visible.ts";

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
  const value = largest(out.map((i) => values?.values[i] ?? null));
  const gradient = largest(out.map((i) => values?.gradients[i] ?? null));
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
