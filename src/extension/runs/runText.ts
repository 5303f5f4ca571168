// A kept run in words, for the lists of the window. Knows no VS Code.
import { basename } from "node:path";
import { ago, type KeptRunState, type RunSummary } from "../../protocol/inspector/runs.ts";
import { stateText } from "../../runs/summary.ts";
import { formatNumber } from "../runText.ts";

/** Names of VS Code's icons: each has a shape of its own, so that nothing hangs on colour. */
export const stateIcons: Readonly<Record<KeptRunState, string>> = {
  running: "sync",
  completed: "pass",
  stopped: "circle-slash",
  failed: "error",
  interrupted: "debug-disconnect",
};

/** `loss 0.1234 · Iris, 150 rows · 2 hours ago · baseline`: what stands behind the name. */
export function runDescription(run: RunSummary, now: number): string {
  const { loss, tags, started, notice } = run;
  const parts = [
    loss === null ? stateText(run.state) : `loss ${formatNumber(loss)}`,
    ...tags.map((tag) => `#${tag}`),
    ago(started, now, "long"),
    notice === null ? "" : "⚠",
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

/** Rows of `what: value`, for a tooltip; an unknown value has no row. */
export function runFacts(run: RunSummary): readonly (readonly [what: string, value: string])[] {
  const number = (value: number | null) => (value === null ? "" : formatNumber(value));
  const facts: readonly (readonly [string, string])[] = [
    ["State", stateText(run.state)],
    ["Model", run.model],
    ["File", basename(run.file)],
    ["Data", run.data],
    ["Optimizer", run.optimizer],
    ["Learning rate", number(run.learningRate)],
    ["Seed", run.model === "" ? "" : String(run.seed)],
    ["Iterations", run.iterations.toLocaleString("en")],
    ["Final loss", number(run.loss)],
    ["Validation loss", number(run.validationLoss)],
    ["Tags", run.tags.join(", ")],
    ["Started", new Date(run.started).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })],
    ["Note", run.notice ?? ""],
  ];
  return facts.filter(([, value]) => value !== "");
}
