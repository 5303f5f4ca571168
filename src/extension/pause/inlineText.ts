// What stands at the end of the user's lines while paused: the tensors assigned there, in a few digits. Knows no VS Code.
import type { VariableReport } from "../../protocol/events.ts";
import type { InspectorState } from "../../protocol/inspector/inspector.ts";
import { formatNumber } from "../runText.ts";

export interface InlineText {
  /** Counts from 1. */
  readonly line: number;
  readonly text: string;
}

/** The lines of a file that this iteration has executed, as of the pause; nothing while the run goes on. */
export function inlineTexts({ status, statistics }: InspectorState, file: string): readonly InlineText[] {
  if (status.kind !== "paused" || statistics === null || statistics.iteration !== status.position.iteration) return [];
  return statistics.variables
    .filter((variable) => variable.file === file)
    .map((variable) => ({ line: variable.line, text: textOf(variable) }));
}

/** `x: [16, 32, 32] ‖x‖ = 12.3`, with the norm of its gradient once backward has come to it. */
function textOf({ name, shape, values, gradient }: VariableReport): string {
  const broken = values.nonFinite > 0 ? ` ${values.nonFinite} not finite` : "";
  const slope = gradient === null ? "" : ` ‖∂L/∂${name}‖ = ${formatNumber(gradient.norm)}`;
  return `${name}: [${shape.join(", ")}] ‖${name}‖ = ${formatNumber(values.norm)}${broken}${slope}`;
}
