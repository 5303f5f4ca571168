// What a list of runs says of one of them.
import { assertNever } from "../protocol/assertNever.ts";
import type { KeptRunState, RunSummary } from "../protocol/inspector/runs.ts";
import type { Label } from "./label.ts";
import type { KeptRun } from "./run.ts";

/** `written`: somebody still writes it. `created`: of the file, in milliseconds since 1970. */
export interface Circumstances {
  readonly label: Label;
  readonly written: boolean;
  readonly created: number;
}

export function summaryOf(run: KeptRun, { label, written, created }: Circumstances): RunSummary {
  const { header, iterations } = run;
  return {
    id: run.id,
    name: label.name ?? header?.name ?? run.id,
    tags: label.tags,
    model: header?.model.name ?? "",
    file: header?.model.file ?? "",
    data: header?.model.data ?? "",
    optimizer: header?.model.optimizer ?? "",
    seed: header?.model.seed ?? 0,
    learningRate: iterations[0]?.learningRate ?? null,
    started: header?.started ?? created,
    state: written ? "running" : (run.end?.reason ?? "interrupted"),
    iterations: run.length,
    loss: run.end?.loss ?? iterations.at(-1)?.loss ?? null,
    validationLoss: run.validations.at(-1)?.loss ?? null,
    notice: noticeOf(run, written),
  };
}

/** Of a run that is being written, the last record may be half there. */
function noticeOf({ broken, fullFrom }: KeptRun, written: boolean): string | null {
  const parts = [
    broken === null || written ? "" : `Read as far as it is whole: ${broken}.`,
    fullFrom === null ? "" : `Left out after iteration ${fullFrom}: the room for kept runs was used up.`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? null : parts.join(" ");
}

/** How a run ended, in a word. */
export function stateText(state: KeptRunState): string {
  switch (state) {
    case "running":
      return "running";
    case "completed":
      return "finished";
    case "stopped":
      return "stopped";
    case "failed":
      return "failed";
    case "interrupted":
      return "interrupted";
    default:
      return assertNever(state);
  }
}
