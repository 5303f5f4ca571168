// One breakpoint that asks before it stops: condition, count of hits, message to log. Knows no line and no layer.
import { ExpressionError } from "../../protocol/breakpoints/expressionError.ts";
import { parseHitCondition } from "../../protocol/breakpoints/hitCondition.ts";
import type { Phase } from "../../protocol/position.ts";
import type { BreakpointSpec } from "../../protocol/requests.ts";
import { type Condition, compileCondition, compileLogMessage, type LogMessage } from "./condition.ts";
import { type Moment, NotYet } from "./moment.ts";
import type { TriggerContext } from "./trigger.ts";

/** What came of looking at a breakpoint: `unknown` when a value is missing that may be there when the statement is over. */
export type Look = "no" | "unknown" | "held" | "stop";

/** One pass of a statement or one call of a layer: a breakpoint is hit once in it, or once a timestep where it names `t`. */
export class Latch {
  private hit = false;
  private timestep: number | undefined;

  open(timestep: number | undefined, eachTimestep: boolean): boolean {
    return !this.hit || (eachTimestep && timestep !== undefined && timestep !== this.timestep);
  }

  close(timestep: number | undefined): void {
    this.hit = true;
    this.timestep = timestep;
  }
}

/** A latch is left open only for what may come out differently later in the same pass. */
export function settles(look: Look, { condition, spec }: Breakpoint, phase: Phase): boolean {
  if (look !== "no" || condition === null) return look !== "unknown";
  // each event of the update changes a parameter
  if (phase === "update" || (phase === "backward" && condition.readsGradients)) return false;
  return !(spec.kind === "line" ? condition.changesInStatement : condition.changesInCall);
}

export class Breakpoint<Spec extends BreakpointSpec = BreakpointSpec> {
  /** True when its condition speaks of single timesteps. */
  readonly namesTimestep: boolean;
  readonly condition: Condition | null = null;
  private readonly stopsAt: (hits: number) => boolean = () => true;
  private readonly message: LogMessage | null = null;
  private readonly readable: boolean = true;
  private hits = 0;
  private reported = false;

  constructor(
    readonly spec: Spec,
    private readonly context: TriggerContext,
  ) {
    const { condition, hitCondition, logMessage } = spec;
    const read = <T>(text: string | null, compile: (text: string) => T): T | null => {
      try {
        return text === null ? null : compile(text);
      } catch (error) {
        this.report(error instanceof ExpressionError ? error.placed(text ?? "") : messageOf(error));
        return null;
      }
    };
    this.condition = read(condition, compileCondition);
    this.stopsAt = read(hitCondition, parseHitCondition) ?? this.stopsAt;
    this.message = read(logMessage, compileLogMessage);
    // with a condition that cannot be read it would stop always, which is not what was asked for
    this.readable = !this.reported;
    this.namesTimestep = this.condition?.namesTimestep ?? false;
  }

  /**
   * A weight's gradient is the sum over a recurrent layer's timesteps, and adding it up anew at each of them would cost more
   * than the layer itself. So a condition that does not speak of timesteps waits until the layer is over.
   */
  waitsForLayer(moment: Moment): boolean {
    const { condition } = this;
    if (condition === null || moment.phase !== "backward" || moment.timestep === undefined) return false;
    return condition.readsGradients && !condition.changesInStatement;
  }

  /** Does it hold here, and what follows? `last`: what is not known here will not be known later in this pass either. */
  look(moment: Moment, last: boolean): Look {
    if (!this.readable) return "no";
    try {
      if (this.condition !== null && !this.condition.holds(moment)) return "no";
      const hits = this.hits + 1;
      const stops = this.stopsAt(hits);
      const text = stops ? this.message?.(moment, last) : undefined;
      // counted once its message is there: one that waits for a value is looked at again
      this.hits = hits;
      if (!stops) return "held";
      if (text === undefined) return "stop";
      this.context.log(text, this.spec.kind === "line" ? this.spec.sites[0] : -1);
      return "held";
    } catch (error) {
      if (error instanceof NotYet && !last) return "unknown";
      if (error instanceof NotYet && error.ordinary) return "no";
      this.report(messageOf(error));
      return "no";
    }
  }

  save(): () => void {
    const { hits } = this;
    return () => {
      this.hits = hits;
    };
  }

  /** Counts anew: the run goes back to a point before this breakpoint was set. */
  forget(): void {
    this.hits = 0;
  }

  /** Once: the same mistake is made at every event. */
  private report(message: string): void {
    if (!this.reported) this.context.breakpointFailed(this.spec.id, message);
    this.reported = true;
  }
}

/** Keeps those that have not changed, with their counts. */
export function renew<Spec extends BreakpointSpec>(
  before: readonly Breakpoint<Spec>[],
  specs: readonly Spec[],
  context: TriggerContext,
): Breakpoint<Spec>[] {
  const same = (spec: Spec) => before.find((old) => JSON.stringify(old.spec) === JSON.stringify(spec));
  return specs.map((spec) => same(spec) ?? new Breakpoint(spec, context));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
