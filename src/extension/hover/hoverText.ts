// What a hover says: a target of the source and the newest numbers of the run, as Markdown. Knows no VS Code.

import type { ParameterReport, StatisticsReport, VariableReport } from "../../protocol/events.ts";
import type { InspectorState } from "../../protocol/inspector/inspector.ts";
import type { LayerInfo, ModelInfo, ParameterInfo } from "../../protocol/model.ts";
import type { TensorStatistics } from "../../protocol/tensors.ts";
import { formatNumber } from "../runText.ts";
import type { HoverTarget } from "./hoverTarget.ts";

/** Where the cursor is: absolute path; line and column count from 1. */
export interface HoverPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** At most this many uses of one class, and rows of one table. */
const shownUses = 4;
const shownRows = 16;

/** Markdown for a target, or null when the run knows nothing of it. */
export function hoverText(target: HoverTarget, place: HoverPlace, state: InspectorState): string | null {
  const { model } = state;
  if (model === null) return null;
  switch (target.kind) {
    case "member":
      return memberText(target.className, target.path, model, state);
    case "class":
      return layersText(
        model.layers.filter((layer) => layer.type === target.className),
        model,
        state,
      );
    case "construction":
      return layersText(layersCreatedAt(place, model), model, state);
    case "variable":
      return variableText(target.name, place, state);
  }
}

function memberText(
  className: string,
  path: readonly string[],
  model: ModelInfo,
  state: InspectorState,
): string | null {
  const rest = (path.at(-1) === "grad" ? path.slice(0, -1) : path).join(".");
  const names = ownerPaths(className, rest, model).map((owner) => (owner === "" ? rest : `${owner}.${rest}`));
  const parameters = names.flatMap((name) => model.parameters.filter((parameter) => parameter.name === name));
  if (parameters.length > 0) return parametersText(parameters, state);
  return layersText(
    names.flatMap((name) => model.layers.filter((layer) => layer.path === name)),
    model,
    state,
  );
}

/**
 * Paths of the layers of a class. A base class of the model has no layer of its own name: then every layer that has the
 * member is meant.
 */
function ownerPaths(className: string, rest: string, model: ModelInfo): readonly string[] {
  const own = model.layers.filter((layer) => layer.type === className);
  if (own.length > 0) return own.map((layer) => layer.path);
  const members = new Set([...model.layers.map((layer) => layer.path), ...model.parameters.map(({ name }) => name)]);
  return model.layers.map((layer) => layer.path).filter((path) => members.has(path === "" ? rest : `${path}.${rest}`));
}

/** The layers whose creation covers this place, only the innermost of nested ones. */
function layersCreatedAt(place: HoverPlace, model: ModelInfo): readonly LayerInfo[] {
  const covering = model.layers.filter((layer) => covers(layer, place));
  const starts = covering.map((layer) => startOf(layer));
  const innermost = Math.max(...starts);
  return covering.filter((_, i) => starts[i] === innermost);
}

function covers({ source }: LayerInfo, { file, line, column }: HoverPlace): boolean {
  if (source === null || source.file !== file || line < source.line || line > source.endLine) return false;
  return (line > source.line || column >= source.column) && (line < source.endLine || column < source.endColumn);
}

function startOf({ source }: LayerInfo): number {
  return source === null ? 0 : source.line * 1e5 + source.column;
}

function parametersText(parameters: readonly ParameterInfo[], state: InspectorState): string {
  const shown = parameters.slice(0, shownUses);
  const title = shown.map(({ name }) => code(name)).join(", ");
  return join([
    `**parameter** ${title}`,
    parameterTable(shown, state),
    more(parameters.length - shown.length),
    stand(state),
  ]);
}

function layersText(layers: readonly LayerInfo[], model: ModelInfo, state: InspectorState): string | null {
  if (layers.length === 0) return null;
  const shown = layers.slice(0, shownUses);
  const sections = shown.flatMap((layer) => layerSection(layer, model, state));
  return join([...sections, more(layers.length - shown.length), stand(state)]);
}

function layerSection(layer: LayerInfo, model: ModelInfo, state: InspectorState): readonly string[] {
  const inside = layer.path === "" ? "" : `${layer.path}.`;
  const parameters = model.parameters.filter(({ name }) => name.startsWith(inside));
  const title = `**${layer.type}** ${layer.path === "" ? "the model" : code(layer.path)}`;
  const report = state.statistics?.layers.find((candidate) => candidate.layer === layer.path);
  const norms = report === undefined ? "" : layerNorms(report.parameterGradNorm, report.outputGradNorm);
  if (parameters.length === 0) return [title, norms || "no parameters"];
  const shown = parameters.slice(0, shownRows);
  return [title, norms, parameterTable(shown, state), more(parameters.length - shown.length)];
}

function layerNorms(parameters: number | null, output: number | null): string {
  const parts = [
    parameters === null ? "" : `gradient norm of its parameters ${formatNumber(parameters)}`,
    output === null ? "" : `of its output ${formatNumber(output)}`,
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

function parameterTable(parameters: readonly ParameterInfo[], state: InspectorState): string {
  const reports = reportsByName(state.statistics);
  const earlier = reportsByName(state.previous);
  return table(
    ["parameter", "shape", "norm", "mean ± std", "gradient norm", "last update norm", "update ratio"],
    parameters.map((parameter) => {
      const report = reports.get(parameter.name);
      // At a pause before this iteration's update the last one is that of the iteration before.
      const update = report !== undefined && report.updateNorm === null ? earlier.get(parameter.name) : report;
      return parameterRow(parameter, report, update);
    }),
  );
}

function reportsByName(report: StatisticsReport | null): ReadonlyMap<string, ParameterReport> {
  return new Map(report?.parameters.map((parameter) => [parameter.name, parameter]));
}

function parameterRow(
  parameter: ParameterInfo,
  report: ParameterReport | undefined,
  update: ParameterReport | undefined,
): readonly string[] {
  const head = [code(parameter.name), shapeText(parameter.shape)];
  if (report === undefined) return [...head, "–", "–", parameter.trainable ? "–" : "frozen", "–", "–"];
  return [
    ...head,
    withNonFinite(formatNumber(report.values.norm), report.values),
    spread(report.values),
    parameter.trainable ? gradientText(report.gradient) : "frozen",
    optional(update?.updateNorm ?? null),
    optional(update?.updateRatio ?? null),
  ];
}

function variableText(name: string, place: HoverPlace, state: InspectorState): string | null {
  const variables = state.statistics?.variables ?? [];
  const report = nearest(
    variables.filter((variable) => variable.name === name && variable.file === place.file),
    place.line,
  );
  if (report === null) return null;
  const { values, gradient } = report;
  const row = [
    shapeText(report.shape),
    withNonFinite(formatNumber(values.norm), values),
    spread(values),
    `${formatNumber(values.min)} … ${formatNumber(values.max)}`,
    gradientText(gradient),
  ];
  return join([
    `**tensor** ${code(name)}, assigned in line ${report.line}`,
    table(["shape", "norm", "mean ± std", "min … max", "gradient norm"], [row]),
    stand(state),
  ]);
}

/** The last assignment at or above the line, else the first one below it. */
function nearest(reports: readonly VariableReport[], line: number): VariableReport | null {
  const sorted = reports.toSorted((a, b) => a.line - b.line);
  return sorted.findLast((report) => report.line <= line) ?? sorted[0] ?? null;
}

/** Which iteration the numbers are of; without numbers, why there are none. */
function stand(state: InspectorState): string {
  const { statistics, status } = state;
  if (statistics === null) return "*No iteration has finished yet, so there are no numbers.*";
  const when = `iteration ${statistics.iteration}, epoch ${statistics.epoch}`;
  if (status.kind !== "paused") return `*Numbers of ${when}.*`;
  return `*Numbers of ${when}, as of this pause in ${status.position.phase}.*`;
}

/** A hover is narrow: its heads may break into lines, its values (`[128, 32]`) may not. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const unbroken = rows.map((cells) => cells.map((cell) => cell.replaceAll(" ", "\u00a0")));
  return [line(head), line(head.map((_, i) => (i === 0 ? "---" : "---:"))), ...unbroken.map(line)].join("\n");
}

function spread({ mean, std }: TensorStatistics): string {
  return `${formatNumber(mean)} ± ${formatNumber(std)}`;
}

function gradientText(gradient: TensorStatistics | null): string {
  return gradient === null ? "–" : withNonFinite(formatNumber(gradient.norm), gradient);
}

function withNonFinite(text: string, { nonFinite }: TensorStatistics): string {
  return nonFinite === 0 ? text : `${text} and ${nonFinite} not finite`;
}

function optional(value: number | null): string {
  return value === null ? "–" : formatNumber(value);
}

function shapeText(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function more(count: number): string {
  return count > 0 ? `and ${count} more` : "";
}

function join(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}
