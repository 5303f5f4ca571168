// Kept runs in words: how one ended and when it was, where two of them part. Knows no page.
import type {
  KeptRunState,
  LayerParting,
  Parting,
  RunComparison,
  RunSummary,
} from "../../../src/protocol/inspector/runs.ts";
import { formatCount, formatNumber, formatPercent, formatSetting } from "../../format.ts";

/** Words and a sign of its own shape for each, so that nothing hangs on colour. */
export const stateWords: Readonly<Record<KeptRunState, { readonly sign: string; readonly words: string }>> = {
  running: { sign: "▶", words: "running" },
  completed: { sign: "✓", words: "finished" },
  stopped: { sign: "■", words: "stopped" },
  failed: { sign: "✕", words: "failed" },
  interrupted: { sign: "≁", words: "interrupted" },
};

/** `adam · lr 0.002 · seed 42` */
export function describeSetup({ optimizer, learningRate, seed, model }: RunSummary): string {
  if (model === "") return "";
  const rate = learningRate === null ? "" : `lr ${formatSetting(learningRate)}`;
  return [optimizer, rate, `seed ${seed}`].filter((part) => part !== "").join(" · ");
}

const absolute = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** `30 Nov 2026, 20:50` */
export function formatTime(time: number): string {
  return absolute.format(time);
}

/** Two numbers with as many digits as it takes to tell them apart, three at least. */
export function apart(a: number, b: number): readonly [string, string] {
  const short = [formatNumber(a), formatNumber(b)] as const;
  if (short[0] !== short[1]) return short;
  for (let digits = 4; digits <= 17; digits++) {
    const longer = [a.toPrecision(digits), b.toPrecision(digits)] as const;
    if (longer[0] !== longer[1]) return longer;
  }
  return short;
}

const quantities: Readonly<Record<Parting["quantity"], string>> = { loss: "loss", gradNorm: "gradient norm" };

/** Where the losses and gradient norms of two runs part. */
export function describeParting({ compared, parting, partingBeyond, tolerance }: RunComparison): string {
  if (compared === 0) return "They have no iteration in common.";
  const all = `all ${formatCount(compared)} iterations that both have`;
  if (parting === null) return `Loss and gradient norm are the same, to the last bit, in ${all}.`;
  const [a, b] = apart(parting.a, parting.b);
  const limit = formatPercent(tolerance).replace(".0", "");
  const what = quantities[parting.quantity];
  const where =
    parting.iteration === 1 ? "from the first iteration on" : `at iteration ${formatCount(parting.iteration)}`;
  const first = `They part ${where}: ${what} ${a} in A, ${b} in B.`;
  if (partingBeyond === null) return `${first} They never differ by more than ${limit}.`;
  if (partingBeyond.iteration === parting.iteration) return first;
  return `${first} By more than ${limit} they differ from iteration ${formatCount(partingBeyond.iteration)} on.`;
}

/** Which layer parts first. */
export function describeLayerParting({ layerParting, common }: RunComparison): string {
  if (common.length === 0) return "There is no iteration at which both kept the statistics of their layers.";
  if (layerParting === null) {
    return `The statistics of every layer are the same at all ${formatCount(common.length)} iterations that both kept them of.`;
  }
  const { iteration, sameAt, stage, parameter, layer, differing, compared } = layerParting;
  const count = `${formatCount(differing)} of ${formatCount(compared)} parameters ${differing === 1 ? "differs" : "differ"}`;
  if (stage === "weights before the update" && iteration === 1) {
    return `They began with different weights: ${count}, the first is ${parameter}.`;
  }
  const since = sameAt === null ? "" : ` At iteration ${formatCount(sameAt)} everything was the same.`;
  const where = layer === "" ? parameter : `${layer} (${parameter})`;
  return `The first layer to part is ${where}, at iteration ${formatCount(iteration)} in its ${stageWords[stage]}: ${count}.${since}`;
}

const stageWords: Readonly<Record<LayerParting["stage"], string>> = {
  "weights before the update": "weights before the update",
  gradients: "gradient",
  "weights after the update": "weights after the update",
};

/** `×1.8`, `÷3.2`; empty where the two are about the same or one of them is missing. */
export function factor(a: number | null, b: number | null): string {
  if (a === null || b === null || !(a > 0) || !(b > 0) || !Number.isFinite(a) || !Number.isFinite(b)) return "";
  const ratio = Math.max(a / b, b / a);
  if (ratio < 1.05) return "";
  const digits = ratio < 9.95 ? ratio.toFixed(1) : ratio < 1000 ? ratio.toFixed(0) : formatNumber(ratio);
  return `${b > a ? "×" : "÷"}${digits}`;
}
