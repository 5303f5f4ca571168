// Exception filters as one trigger: measures what is on, once an iteration, and stops where a condition begins to hold.

import {
  type ExceptionDetails,
  exceptionFilters,
  type FilterId,
  type FilterSetting,
} from "../../../protocol/breakpoints/exceptions.ts";
import { type Condition, parseCondition, problemOf } from "../../../protocol/breakpoints/numericCondition.ts";
import type { BundledModel } from "../../../protocol/model.ts";
import type { Phase } from "../../../protocol/position.ts";
import { type PauseEvent, phaseSite, rangeOf } from "../../events.ts";
import type { Context } from "../../origin/report.ts";
import type { Hit, Trigger } from "../trigger.ts";
import { DeadUnits } from "./deadUnits.ts";
import { ExplodingGradient } from "./exploding.ts";
import { LossDiverging } from "./lossDiverging.ts";
import { type Finding, NotFiniteWatch } from "./notFinite.ts";
import type { Measurement, Rule } from "./rule.ts";
import { UpdateRatio } from "./updateRatio.ts";
import { VanishingGradient } from "./vanishing.ts";

type Measured = Exclude<FilterId, "notFinite">;

const rules: { readonly [K in Measured]: () => Rule } = {
  vanishingGradient: () => new VanishingGradient(),
  explodingGradient: () => new ExplodingGradient(),
  deadUnits: () => new DeadUnits(),
  updateRatio: () => new UpdateRatio(),
  lossDiverging: () => new LossDiverging(),
};

/** A filter that is on. */
interface Active {
  readonly filter: Measured;
  readonly rule: Rule;
  readonly condition: Condition;
  readonly text: string;
  /** What it has stopped for and still holds: it stops again when the condition has not held in between. */
  holding: ReadonlySet<string>;
}

export class ExceptionTrigger implements Trigger {
  /** What the last stop was about. */
  details: ExceptionDetails | null = null;
  private filters: readonly Active[] = [];
  private readonly watch: NotFiniteWatch;
  private notFinite: { readonly condition: Condition | null } | null = null;

  /** @param event number of the present event within the iteration */
  constructor(
    private readonly context: () => Context | null,
    event: () => number,
  ) {
    this.watch = new NotFiniteWatch(context, event);
  }

  get active(): boolean {
    return this.notFinite !== null || this.filters.length > 0;
  }

  get wantsWeightsBefore(): boolean {
    return this.watch.wantsWeightsBefore || this.filters.some(({ rule }) => rule.wantsWeightsBefore === true);
  }

  /** Replaces the filters; one that stays keeps what it has seen. Gives what is wrong with each condition, or null. */
  set(settings: readonly FilterSetting[]): (string | null)[] {
    const filters: Active[] = [];
    this.notFinite = null;
    const problems = settings.map(({ filter, condition }) => {
      try {
        const text = condition ?? exceptionFilters[filter].condition;
        const parsed = text === "" ? null : parseCondition(text, Object.keys(exceptionFilters[filter].names));
        if (filter === "notFinite") this.notFinite = { condition: parsed };
        else if (parsed !== null) filters.push(this.activate(filter, parsed, text));
        return null;
      } catch (error) {
        return problemOf(error, condition ?? "");
      }
    });
    this.filters = filters;
    return problems;
  }

  iterationBegan(): void {
    this.watch.iterationBegan();
  }

  check(event: PauseEvent, phase: Phase): Hit | null {
    // of nearly all events nothing is asked
    if (event.kind !== "phase" && !this.watch.hunts) return null;
    const found = this.notFinite === null ? null : this.watch.check(event, phase);
    if (found !== null && this.concerns(this.notFinite?.condition ?? null)) return this.origin(found);
    return event.kind === "phase" ? this.measure(phase) : null;
  }

  save(): () => void {
    const watch = this.watch.save();
    const saved = this.filters.map((active) => ({ active, holding: active.holding, rule: active.rule.save() }));
    return () => {
      watch();
      for (const { active, holding, rule } of saved) {
        active.holding = holding;
        rule();
      }
    };
  }

  private activate(filter: Measured, condition: Condition, text: string): Active {
    const before = this.filters.find((active) => active.filter === filter);
    const rule = before?.rule ?? rules[filter]();
    return { filter, rule, condition, text, holding: before?.text === text ? before.holding : new Set() };
  }

  private measure(phase: Phase): Hit | null {
    const context = this.context();
    if (context === null) return null;
    let first: ExceptionDetails | null = null;
    for (const active of this.filters) {
      if (active.rule.phase !== phase) continue;
      const measurements = active.rule.measure(context.run);
      const holds = measurements.filter(({ values }) => active.condition.holds(this.withPlace(context, values)));
      const fresh = holds.find(({ subject }) => !active.holding.has(subject));
      active.holding = new Set(holds.map(({ subject }) => subject));
      if (fresh !== undefined) first ??= describe(context.model, active, fresh);
    }
    return first === null ? null : this.stop(first, first.title);
  }

  private concerns(condition: Condition | null): boolean {
    const context = this.context();
    return condition === null || (context !== null && condition.holds(this.withPlace(context, {})));
  }

  private withPlace({ run: { iteration, epoch } }: Context, values: Readonly<Record<string, number>>) {
    return { ...values, iteration, epoch };
  }

  private origin({ report, after, exact, rewind }: Finding): Hit {
    const where = exact
      ? "The run stands at this operation."
      : "The run stands at the end of the phase in which it showed.";
    const description = [`${report.value} began in ${report.where}.`, report.formula, ...after, where].join("\n");
    const title = `Not finite: ${report.formula}`;
    const details: ExceptionDetails = { filter: "notFinite", title, description, evaluateName: report.evaluateName };
    return { ...this.stop(details, report.formula), rewind };
  }

  private stop(details: ExceptionDetails, text: string): Hit {
    this.details = details;
    return { reason: "exception", breakpoints: [], text };
  }
}

/** Formula, value, threshold and line. */
function describe(model: BundledModel, { filter, text, rule }: Active, measurement: Measurement): ExceptionDetails {
  const { label, description } = exceptionFilters[filter];
  const { subject, formula, site, evaluateName } = measurement;
  const title = subject === "" ? label : `${label}: ${subject}`;
  // what is about the run as a whole stands at the loss
  const range = rangeOf(model, site === -1 ? phaseSite(model, rule.phase) : site);
  const line = range === null ? [] : [`Line ${range.line} of ${range.file.split(/[/\\]/).at(-1)}.`];
  return {
    filter,
    title,
    description: [`${title}. ${description}`, formula, `Stops when ${text}.`, ...line].join("\n"),
    evaluateName,
  };
}
