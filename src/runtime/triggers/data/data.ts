// Data breakpoints as one trigger: stops where a watched tensor changes, leaves a band, becomes zero, is not finite.

import {
  type DataBreakpointSpec,
  type DataTarget,
  dataNames,
  defaultDataCondition,
  describeTarget,
  parseDataId,
} from "../../../protocol/breakpoints/data.ts";
import { parseHitCondition } from "../../../protocol/breakpoints/hitCondition.ts";
import {
  type Condition,
  parseCondition,
  problemOf,
  type Values,
} from "../../../protocol/breakpoints/numericCondition.ts";
import type { Phase } from "../../../protocol/position.ts";
import type { Tensor } from "../../../training/engine.ts";
import type { PauseEvent } from "../../events.ts";
import { showIndex, showNumber } from "../../origin/operand.ts";
import type { Hit, Trigger } from "../trigger.ts";
import { type Measured, measure, type Numbers } from "./measure.ts";
import { type Context, presentSample, type Sample, sampleAt, targetProblem } from "./targets.ts";

/** One data breakpoint and what it has seen. */
interface Watch {
  readonly spec: DataBreakpointSpec;
  readonly target: DataTarget;
  readonly condition: Condition;
  readonly text: string;
  /** Does it stop at the n-th time that it holds? */
  readonly stops: (hits: number) => boolean;
  seen: Seen;
}

interface Seen {
  readonly old: Numbers | null;
  /** The tensor of the last look: a variable is looked at once for each assignment. */
  readonly of: Tensor | null;
  /** Did the condition hold at the last look? One on a state stops when it begins to hold. */
  readonly held: boolean;
  readonly hits: number;
}

const nothing: Seen = { old: null, of: null, held: false, hits: 0 };

export class DataTrigger implements Trigger {
  readonly wantsWeightsBefore = false;
  private watches: readonly Watch[] = [];

  constructor(private readonly context: () => Context | null) {}

  get active(): boolean {
    return this.watches.length > 0;
  }

  /** Replaces the set; one that stays the same keeps what it has seen. Gives what is wrong with each, or null. */
  set(specs: readonly DataBreakpointSpec[]): (string | null)[] {
    const context = this.context();
    const watches: Watch[] = [];
    const problems = specs.map((spec) => {
      try {
        watches.push(this.watch(spec, context));
        return null;
      } catch (error) {
        return problemOf(error, spec.condition ?? "");
      }
    });
    this.watches = watches;
    return problems;
  }

  check(event: PauseEvent, phase: Phase): Hit | null {
    const context = this.context();
    if (context === null) return null;
    const ids: number[] = [];
    const texts: string[] = [];
    for (const watch of this.watches) {
      const sample = sampleAt(context, watch.target, event, phase);
      if (sample === null || (watch.target.kind === "variable" && sample.of === watch.seen.of)) continue;
      const text = look(watch, sample, context);
      if (text === null) continue;
      ids.push(watch.spec.id);
      texts.push(text);
    }
    return ids.length === 0 ? null : { reason: "data breakpoint", breakpoints: ids, text: texts.join("; ") };
  }

  save(): () => void {
    const saved = this.watches.map((watch) => [watch, watch.seen] as const);
    return () => {
      for (const [watch, seen] of saved) watch.seen = seen;
    };
  }

  private watch(spec: DataBreakpointSpec, context: Context | null): Watch {
    const before = this.watches.find(({ spec: { id, dataId } }) => id === spec.id && dataId === spec.dataId);
    const target = parseDataId(spec.dataId);
    if (target === null) throw new Error(`"${spec.dataId}" is not the name of anything that can be watched`);
    const problem = context === null ? null : targetProblem(context, target);
    if (problem !== null) throw new Error(problem);
    const text = spec.condition ?? defaultDataCondition;
    const condition = parseCondition(text, Object.keys(dataNames));
    const stops = spec.hitCondition === null ? () => true : parseHitCondition(spec.hitCondition);
    const same = before !== undefined && before.text === text;
    return { spec, target, condition, text, stops, seen: same ? before.seen : begin(context, target, condition) };
  }
}

/** What is there already is what the next value is compared with, and what holds already does not begin to hold. */
function begin(context: Context | null, target: DataTarget, condition: Condition): Seen {
  const sample = context === null ? null : presentSample(context, target);
  if (context === null || sample === null) return nothing;
  const { values } = measure(sample.numbers, null);
  return { old: sample.numbers, of: sample.of, held: condition.holds(withPlace(values, context)), hits: 0 };
}

/** Looks once, remembers, and gives what to say when the run is to stop. */
function look(watch: Watch, { numbers, shape, of }: Sample, context: Context): string | null {
  const { condition, seen } = watch;
  const measured = measure(numbers, seen.old);
  const holds = condition.holds(withPlace(measured.values, context));
  // a change is an event and counts each time; a state counts when it begins
  const isEvent = condition.names.has("change") || condition.names.has("changes");
  const counts = holds && (isEvent || !seen.held);
  const hits = seen.hits + (counts ? 1 : 0);
  watch.seen = { old: numbers, of, held: holds, hits };
  if (!counts || !watch.stops(hits)) return null;
  return say(watch, measured, numbers, seen.old, shape);
}

/** `rnn.bias_hh_l0: norm 0.31 → 0.32, changes 0.012; [3] 0.1 → 0.11 (stops when changes > 0.01)` */
function say(
  { target, condition, text }: Watch,
  { values, mostChanged }: Measured,
  now: Numbers,
  old: Numbers | null,
  shape: readonly number[],
): string {
  const before: Values = old === null ? {} : measure(old, null).values;
  const wanted = [...condition.names].filter((name) => name in values && name !== "change");
  const parts = [...new Set([...(now.length === 1 ? [] : ["norm"]), ...wanted])].map((name) => {
    const [from, to] = [before[name], values[name]];
    return from === undefined ? `${name} ${show(to)}` : `${name} ${show(from)} → ${show(to)}`;
  });
  const element =
    old === null || mostChanged < 0
      ? []
      : [`${showIndex(shape, mostChanged)} ${showNumber(old[mostChanged])} → ${showNumber(now[mostChanged])}`.trim()];
  return `${describeTarget(target)}: ${[...parts, ...element].join(", ")} (stops when ${text})`;
}

function show(value: number | boolean): string {
  return typeof value === "boolean" ? String(value) : showNumber(value);
}

function withPlace(values: Values, { run: { iteration, epoch } }: Context): Values {
  return { ...values, iteration, epoch };
}
