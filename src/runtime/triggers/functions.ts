// Function breakpoints: layers, timesteps and parameters by name. Knows no line.
import { ExpressionError } from "../../protocol/breakpoints/expressionError.ts";
import { type Matches, matchPattern, type Pattern, parsePattern } from "../../protocol/breakpoints/pattern.ts";
import type { Phase } from "../../protocol/position.ts";
import type { BreakpointSpec } from "../../protocol/requests.ts";
import type { Scope } from "../../training/engine.ts";
import type { TrainingRun } from "../../training/run.ts";
import { type PauseEvent, scopeOf } from "../events.ts";
import { type Breakpoint, Latch, renew, settles } from "./breakpoint.ts";
import { Moment } from "./moment.ts";
import type { Hit, Trigger, TriggerContext } from "./trigger.ts";

type FunctionSpec = Extract<BreakpointSpec, { kind: "function" }>;

/** A breakpoint with what its pattern means in this model. */
interface Target {
  readonly breakpoint: Breakpoint<FunctionSpec>;
  readonly pattern: Pattern;
  readonly matches: Matches;
  /** By call (in the update: by path), for this phase. */
  readonly latches: Map<object | string, Latch>;
}

/** A target and the calls of layers that it means, the innermost first. */
interface Calls {
  readonly target: Target;
  readonly scopes: readonly Scope[];
}

export class FunctionTrigger implements Trigger {
  private specs: readonly FunctionSpec[] = [];
  private targets: readonly Target[] = [];
  /** The calls that the operations of `scope` are in and that a breakpoint means; looked for when the scope changes. */
  private scope: Scope | null = null;
  private calls: readonly Calls[] = [];
  private readonly moment: Moment;

  constructor(private readonly context: TriggerContext) {
    this.moment = new Moment(context);
  }

  get active(): boolean {
    return this.targets.length > 0;
  }

  set(specs: readonly FunctionSpec[]): void {
    this.specs = specs;
    if (this.context.run !== null) this.started(this.context.run);
  }

  started(run: TrainingRun): void {
    const before = this.targets;
    const breakpoints = renew(
      before.map(({ breakpoint }) => breakpoint),
      this.specs,
      this.context,
    );
    this.targets = breakpoints.flatMap((breakpoint) => {
      const old = before.find((target) => target.breakpoint === breakpoint);
      return old === undefined ? findTarget(breakpoint, run) : [old];
    });
    this.scope = null;
    this.calls = [];
  }

  phaseBegan(): void {
    for (const { latches } of this.targets) latches.clear();
    this.scope = null;
    this.calls = [];
  }

  check(event: PauseEvent, phase: Phase): Hit | null {
    const moment = this.moment.at(event, phase);
    const hits: number[] = [];
    for (const target of this.targets) {
      if (target.matches.kind === "phase" && target.pattern.phase === phase && event.kind !== "phase")
        this.look(target, [phase], moment, hits);
    }
    if (event.kind === "parameter") this.updated(event, moment, hits);
    else this.called(event, moment, hits);
    return hits.length === 0 ? null : { reason: "function breakpoint", breakpoints: hits, text: null };
  }

  save(): () => void {
    const restores = this.targets.map(({ breakpoint, latches }) => {
      const restore = breakpoint.save();
      const saved = [...latches];
      return () => {
        restore();
        latches.clear();
        for (const [call, latch] of saved) latches.set(call, latch);
      };
    });
    return () => {
      for (const { breakpoint } of this.targets) breakpoint.forget();
      for (const restore of restores) restore();
      this.scope = null;
      this.calls = [];
    };
  }

  private called(event: PauseEvent, moment: Moment, hits: number[]): void {
    const scope = scopeOf(event);
    if (scope === null) return;
    if (scope !== this.scope) {
      this.scope = scope;
      this.calls = this.callsAround(scope);
    }
    for (const { target, scopes } of this.calls) {
      const { pattern } = target;
      const inPhase = pattern.phase === null ? moment.phase !== "update" : moment.phase === pattern.phase;
      if (!inPhase || (typeof pattern.timestep === "number" && pattern.timestep !== moment.timestep)) continue;
      if (pattern.timestep === "each" && moment.timestep === undefined) continue;
      this.look(target, scopes, moment, hits);
    }
  }

  private callsAround(scope: Scope): Calls[] {
    return this.targets.flatMap((target) => {
      const { matches } = target;
      if (matches.kind !== "layers") return [];
      const scopes: Scope[] = [];
      for (let s: Scope | null = scope; s !== null; s = s.parent)
        if (matches.paths.includes(s.owner.path)) scopes.push(s);
      return scopes.length === 0 ? [] : [{ target, scopes }];
    });
  }

  private updated({ name, path }: Extract<PauseEvent, { kind: "parameter" }>, moment: Moment, hits: number[]): void {
    for (const target of this.targets) {
      const { matches, pattern } = target;
      if (matches.kind === "parameters" && matches.names.includes(name)) this.look(target, [name], moment, hits);
      if (matches.kind !== "layers" || pattern.phase !== "update") continue;
      const around = matches.paths.filter((layer) => layer === "" || layer === path || path.startsWith(`${layer}.`));
      if (around.length > 0) this.look(target, around, moment, hits);
    }
  }

  /** Looks once for all calls that begin at this event: an outer layer's first operation is its first child's, too. */
  private look(target: Target, calls: readonly (object | string)[], moment: Moment, hits: number[]): void {
    const { breakpoint, pattern, latches } = target;
    const { timestep } = moment;
    const each = pattern.timestep === "each" || breakpoint.namesTimestep;
    const latchOf = (call: object | string): Latch => {
      const latch = latches.get(call) ?? new Latch();
      latches.set(call, latch);
      return latch;
    };
    const open = calls.map(latchOf).filter((latch) => latch.open(timestep, each));
    if (open.length === 0 || (pattern.timestep === null && breakpoint.waitsForLayer(moment))) return;
    const look = breakpoint.look(moment, false);
    if (!settles(look, breakpoint, moment.phase)) return;
    for (const latch of open) latch.close(timestep);
    if (look === "stop") hits.push(breakpoint.spec.id);
  }
}

/** Nothing when the pattern means nothing in this model, which has been said where it was written. */
function findTarget(breakpoint: Breakpoint<FunctionSpec>, run: TrainingRun): Target[] {
  try {
    const pattern = parsePattern(breakpoint.spec.pattern);
    const layers = run.model.namedModules().flatMap(([path]) => (path === "" ? [] : [path]));
    const parameters = [...run.parameters.values()];
    const matches = matchPattern(pattern, { model: run.model.constructor.name, layers, parameters });
    return [{ breakpoint, pattern, matches, latches: new Map() }];
  } catch (error) {
    if (error instanceof ExpressionError) return [];
    throw error;
  }
}
