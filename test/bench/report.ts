// From the rounds of a benchmark to figures and tables: median and spread, ratios of neighbours in time, fitted exponents.
import type { ContenderName, Timing } from "./contenders.ts";
import type { Workload } from "./workloads.ts";

/** One workload once by every contender that takes it; null: its process failed. */
export type Round = Readonly<Partial<Record<ContenderName, Timing | null>>>;

export interface Result {
  readonly workload: Workload;
  readonly rounds: readonly Round[];
}

export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Ratio of two contenders' times, each pair from one round. */
export interface Ratio {
  readonly name: string;
  readonly goal: string;
  readonly byMedianStep: Spread;
  readonly byWallTime: Spread;
}

export interface Summary {
  readonly workload: string;
  readonly title: string;
  /** Milliseconds a step. */
  readonly times: Readonly<Partial<Record<ContenderName, Spread>>>;
  readonly ratios: readonly Ratio[];
}

/** One size of the model, as scaling.ts measured it. */
export interface Point {
  readonly size: number;
  readonly milliseconds: number;
  /** Memory of one iteration: activations, gradients of activations, the batch. Weights and optimizer state come on top. */
  readonly bytes: number;
  /** Weights, their gradients, optimizer state, working memory of the kernels. */
  readonly persistentBytes: number;
}

export interface Series {
  readonly layer: Layer;
  readonly axis: string;
  readonly points: readonly Point[];
  /** b of y = a·sizeᵇ, fitted to all points. */
  readonly exponents: { readonly milliseconds: number; readonly bytes: number };
}

export type Layer = "RNN" | "LSTM";

/** One run with or without the debugger; milliseconds an iteration. */
export interface RunCost {
  readonly medianMs: number;
  /** Wall time, with whatever goes on between the iterations. */
  readonly meanMs: number;
}

/** What the debugger costs, as debugging.ts measured it. */
export interface DebuggingCosts {
  /** Of a plain run. */
  readonly iterationMs: number;
  /** A debug session without breakpoints, as a ratio to the plain run of the same round. */
  readonly debug: { readonly byMedianStep: Spread; readonly byWallTime: Spread };
  /** With one conditional breakpoint on the recurrent layer that never holds. */
  readonly condition: { readonly byMedianStep: Spread; readonly byWallTime: Spread };
  /** From the request to the stopped event. */
  readonly stepMs: Spread;
  /** One step back, in training iterations. */
  readonly stepBackIterations: Spread;
}

/** How smoothly the page goes on beside a training. */
export interface Smoothness {
  /** Where it is looked at: 0 at its top, 1 at its end. */
  readonly place: number;
  readonly framesPerSecond: number;
  readonly worstSecond: number;
  readonly longestGapMs: number;
}

/** What the inspector costs, as inspector/measure.ts measured it. */
export interface InspectorCosts {
  readonly parameters: number;
  /** Iterations of the run that the page is opened on. */
  readonly history: number;
  /** From the host's state to a page whose part in sight is drawn. */
  readonly openMs: Spread;
  /** The same with the panels out of sight, which wait for a quiet moment. */
  readonly completeMs: number;
  readonly hydrateKilobytes: number;
  /** Of the training, with the page open. */
  readonly iterationsPerSecond: number;
  /** From host to page beside this training. */
  readonly kilobytesPerSecond: number;
  readonly smoothness: readonly Smoothness[];
  /** By how much an open page slows the training, as a share; each pair of one turn. */
  readonly slowed: Spread;
}

const headings: Record<ContenderName, string> = {
  ours: "ours (ms)",
  ours2: "ours, 2 threads",
  torch: "PyTorch",
  tfjs: "tfjs-wasm",
};

export function summaryOf({ workload, rounds }: Result): Summary {
  const { toTorch, twoThreadsToTorch, fasterThanTfjs } = workload.goals;
  const times: Partial<Record<ContenderName, Spread>> = {};
  for (const name of Object.keys(headings) as ContenderName[]) {
    const all = rounds.flatMap((round) => round[name]?.medianMs ?? []);
    if (all.length > 0) times[name] = spreadOf(all);
  }
  const ratios = [
    ratioOf(rounds, "ours / PyTorch", "ours", "torch", `≤ ${toTorch}`),
    ratioOf(rounds, "ours, 2 threads / PyTorch", "ours2", "torch", `≤ ${twoThreadsToTorch}`),
    ratioOf(rounds, "tfjs-wasm / ours", "tfjs", "ours", `≥ ${fasterThanTfjs}`),
  ];
  return { workload: workload.name, title: workload.title, times, ratios: ratios.filter((r) => r !== null) };
}

/** Prints one table of times and one of ratios. */
export function printSummary(summaries: readonly Summary[]): void {
  console.log("\nmilliseconds a step: median of the rounds (lowest–highest)");
  console.table(
    Object.fromEntries(
      summaries.map(({ workload, times }) => [
        workload,
        Object.fromEntries(
          Object.entries(headings).map(([name, heading]) => [heading, show(times[name as ContenderName])]),
        ),
      ]),
    ),
  );
  const rows = summaries.flatMap(({ workload, ratios }) => ratios.map((ratio) => ({ workload, ...ratio })));
  if (rows.length === 0) return;
  console.log("\nratios within a round: median (lowest–highest)");
  console.table(
    rows.map(({ workload, name, goal, byMedianStep, byWallTime }) => ({
      workload,
      ratio: name,
      "by median step": show(byMedianStep),
      goal,
      "by wall time": show(byWallTime),
    })),
  );
}

/** Prints time and memory of each series, a row a size. */
export function printScaling(series: readonly Series[]): void {
  for (const { layer, axis, points, exponents } of series) {
    const [time, memory] = [exponents.milliseconds.toFixed(2), exponents.bytes.toFixed(2)];
    console.log(`\n${layer}: time ~ (${axis})^${time}, memory ~ (${axis})^${memory}`);
    console.table(
      points.map(({ size, milliseconds, bytes }) => ({
        [axis]: size,
        "ms a step": Number(milliseconds.toFixed(3)),
        "MB a step": Number((bytes / 1e6).toFixed(2)),
      })),
    );
  }
}

export function printDebugging({ iterationMs, debug, condition, stepMs, stepBackIterations }: DebuggingCosts): void {
  console.log(`\nthe debugger on the char-RNN (a plain iteration: ${digits(iterationMs)} ms): median (lowest–highest)`);
  console.table([
    { cost: "debug session / plain run", measured: show(debug.byMedianStep), goal: "≤ 1.05" },
    { cost: "the same by wall time", measured: show(debug.byWallTime), goal: "≤ 1.05" },
    { cost: "with a condition that never holds / plain run", measured: show(condition.byMedianStep), goal: "≤ 1.15" },
    { cost: "the same by wall time", measured: show(condition.byWallTime), goal: "≤ 1.15" },
    { cost: "one step, ms", measured: show(stepMs), goal: "≤ 5" },
    { cost: "one step back, iterations", measured: show(stepBackIterations), goal: "≤ 3" },
  ]);
}

export function printInspector(costs: InspectorCosts): void {
  const { parameters, history, openMs, completeMs, hydrateKilobytes, smoothness, slowed } = costs;
  const place = ({ place }: Smoothness) => (place === 0 ? "its top" : place === 1 ? "its end" : "its middle");
  console.log(`\nthe inspector on ${parameters} parameters, ${history} iterations: median (lowest–highest)`);
  console.table([
    { cost: "opened, what is in sight, ms", measured: show(openMs), goal: "< 1000" },
    { cost: "opened, the rest of the page too, ms", measured: digits(completeMs), goal: "" },
    { cost: "the state as one message, kB", measured: digits(hydrateKilobytes), goal: "" },
    ...smoothness.map((smooth) => ({
      cost: `frames a second at ${place(smooth)} (worst second)`,
      measured: `${digits(smooth.framesPerSecond)}  (${smooth.worstSecond})`,
      goal: "≥ 30",
    })),
    { cost: "training slowed, per cent", measured: show(percent(slowed)), goal: "≤ 3" },
    { cost: "host to page, kB a second", measured: digits(costs.kilobytesPerSecond), goal: "" },
    { cost: "iterations a second meanwhile", measured: digits(costs.iterationsPerSecond), goal: "" },
  ]);
}

function percent({ median, lowest, highest }: Spread): Spread {
  return { median: 100 * median, lowest: 100 * lowest, highest: 100 * highest };
}

/** b of y = a·xᵇ, by least squares on the logarithms. */
export function exponentOf(xs: readonly number[], ys: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [u, v] = [xs.map(Math.log), ys.map(Math.log)];
  const [uMean, vMean] = [mean(u), mean(v)];
  const covariance = mean(u.map((ui, i) => (ui - uMean) * (v[i] - vMean)));
  return covariance / mean(u.map((ui) => (ui - uMean) ** 2));
}

export function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function ratioOf(
  rounds: readonly Round[],
  name: string,
  above: ContenderName,
  below: ContenderName,
  goal: string,
): Ratio | null {
  const pairs = rounds.flatMap((round) => {
    const [a, b] = [round[above], round[below]];
    return a && b ? [{ a, b }] : [];
  });
  if (pairs.length === 0) return null;
  return {
    name,
    goal,
    byMedianStep: spreadOf(pairs.map(({ a, b }) => a.medianMs / b.medianMs)),
    byWallTime: spreadOf(pairs.map(({ a, b }) => a.meanMs / b.meanMs)),
  };
}

export function spreadOf(numbers: readonly number[]): Spread {
  return { median: medianOf(numbers), lowest: Math.min(...numbers), highest: Math.max(...numbers) };
}

function show(spread: Spread | undefined): string {
  if (spread === undefined) return "–";
  const [median, lowest, highest] = [spread.median, spread.lowest, spread.highest].map(digits);
  return `${median}  (${lowest}–${highest})`;
}

/** Three digits, or all before the point. */
function digits(n: number): string {
  return n >= 100 ? n.toFixed(0) : n.toPrecision(3);
}
