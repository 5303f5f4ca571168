// Line breakpoints: a breakpoint counts when a statement is entered, forwards or backwards. Knows no protocol client.
import type { Phase } from "../../protocol/position.ts";
import type { BreakpointSpec } from "../../protocol/requests.ts";
import type { Provenance } from "../../training/engine.ts";
import type { PauseEvent } from "../events.ts";
import { UserProvenance } from "../userStack.ts";
import { type Breakpoint, Latch, renew, settles } from "./breakpoint.ts";
import { Moment } from "./moment.ts";
import type { Hit, Trigger, TriggerContext } from "./trigger.ts";

type LineSpec = Extract<BreakpointSpec, { kind: "line" }>;

/** A breakpoint and the pass of its statement that it is in. */
interface Line {
  readonly breakpoint: Breakpoint<LineSpec>;
  /** The statement in one execution of it, or the layer whose parameters are being updated; null outside. */
  pass: object | null;
  latch: Latch;
}

/** A breakpoint that needs a value which its own statement assigns. */
interface Waiting {
  readonly line: Line;
  readonly here: Provenance;
}

export class LineTrigger implements Trigger {
  private lines: readonly Line[] = [];
  private bySite: ReadonlyMap<number, readonly Line[]> = new Map();
  /** A statement with a breakpoint that has begun and has computed nothing yet. */
  private armed: Provenance | null = null;
  /** The statement that backward was in at its last event: a breakpoint counts when backward enters it, not at each operation. */
  private lastBackward: Provenance | null = null;
  /** The property of `defineTraining` that the update stands at. */
  private update: Provenance | null = null;
  private waiting: readonly Waiting[] = [];
  private readonly moment: Moment;

  constructor(private readonly context: TriggerContext) {
    this.moment = new Moment(context);
  }

  get active(): boolean {
    return this.bySite.size > 0;
  }

  set(specs: readonly LineSpec[]): void {
    // one that is set in the middle of a statement waits for the next entry
    if (!this.active) this.lastBackward = this.context.lastOperation?.here ?? null;
    const before = this.lines;
    const breakpoints = renew(
      before.map(({ breakpoint }) => breakpoint),
      specs,
      this.context,
    );
    this.lines = breakpoints.map(
      (breakpoint) =>
        before.find((line) => line.breakpoint === breakpoint) ?? { breakpoint, pass: null, latch: new Latch() },
    );
    const bySite = new Map<number, Line[]>();
    for (const line of this.lines) {
      for (const site of line.breakpoint.spec.sites) bySite.set(site, [...(bySite.get(site) ?? []), line]);
    }
    this.bySite = bySite;
    this.waiting = this.waiting.filter(({ line }) => this.lines.includes(line));
    if (this.armed !== null && !bySite.has(this.armed.site)) this.armed = null;
  }

  iterationBegan(): void {
    this.armed = null;
    this.lastBackward = null;
    this.update = null;
    this.waiting = [];
  }

  phaseBegan(phase: Phase, here: Provenance | null): void {
    this.lastBackward = null;
    this.update = phase === "update" ? here : null;
    // loss and update stand at properties of `defineTraining`, which no statement announces
    if (here !== null && phase !== "backward") this.arm(here);
  }

  statement(here: UserProvenance | null, phase: Phase): Hit | null {
    const { armed } = this;
    const over = this.waiting.filter((waiting) => isOver(waiting.here, here));
    this.waiting = this.waiting.filter((waiting) => !over.includes(waiting));
    this.armed = null;
    let hit: Hit | null = null;
    for (const { line, here: at } of over) {
      const event: PauseEvent = { kind: "statement", here: at };
      hit = merge(hit, this.look([line], at, event, phase, true), event);
    }
    // a statement that computed nothing still has its breakpoint
    if (armed !== null) {
      const event: PauseEvent = { kind: "statement", here: armed };
      hit = merge(hit, this.look(this.at(armed.site), armed, event, phase, isOver(armed, here)), event);
    }
    if (here !== null) this.arm(here);
    return hit;
  }

  check(event: PauseEvent, phase: Phase): Hit | null {
    if (event.kind === "operation") {
      const { here } = event.node;
      return phase === "backward" ? this.backward(event, here) : this.computed(event, here, phase);
    }
    if (event.kind === "layer" && phase === "backward") return this.layerOver(event);
    return event.kind === "parameter" ? this.updated(event) : null;
  }

  save(): () => void {
    const { armed, lastBackward, update, waiting } = this;
    const saved = this.lines.map((line) => {
      const { pass, latch } = line;
      const restore = line.breakpoint.save();
      return () => {
        Object.assign(line, { pass, latch });
        restore();
      };
    });
    return () => {
      for (const { breakpoint } of this.lines) breakpoint.forget();
      for (const restore of saved) restore();
      Object.assign(this, { armed, lastBackward, update, waiting });
    };
  }

  private at(site: number): readonly Line[] {
    return this.bySite.get(site) ?? none;
  }

  private arm(here: Provenance): void {
    const lines = this.bySite.get(here.site);
    if (lines === undefined) return;
    this.armed = here;
    this.enter(lines, here);
  }

  private enter(lines: readonly Line[], pass: object): void {
    for (const line of lines) {
      line.pass = pass;
      line.latch = new Latch();
    }
  }

  /** Whatever is computed first after a statement began belongs to it. */
  private computed(event: PauseEvent, computing: Provenance, phase: Phase): Hit | null {
    const here = this.armed ?? computing;
    this.armed = null;
    const lines = this.bySite.get(here.site);
    return lines === undefined ? null : this.look(lines, here, event, phase, false);
  }

  private backward(event: PauseEvent, here: Provenance): Hit | null {
    const entered = here !== this.lastBackward;
    this.lastBackward = here;
    const lines = this.bySite.get(here.site);
    if (lines === undefined) return null;
    if (entered) this.enter(lines, here);
    return this.look(lines, here, event, "backward", true);
  }

  /** The last look at the line that called the layer: its gradients are complete. */
  private layerOver(event: Extract<PauseEvent, { kind: "layer" }>): Hit | null {
    const { here } = event.scope;
    const lines = this.at(here.site).filter(({ breakpoint }) => breakpoint.condition?.readsGradients);
    return lines.length === 0 ? null : this.look(lines, here, event, "backward", true);
  }

  private updated(event: Extract<PauseEvent, { kind: "parameter" }>): Hit | null {
    const { owner, parameter } = event;
    const { update } = this;
    this.armed = null;
    const atOptimizer = update === null ? null : this.look(this.at(update.site), update, event, "update", true);
    const lines = this.at(owner.creationSite);
    if (owner.ownParameters()[0]?.[1] === parameter) this.enter(lines, owner);
    return merge(atOptimizer, this.look(lines, owner, event, "update", true));
  }

  private look(lines: readonly Line[], pass: object, event: PauseEvent, phase: Phase, last: boolean): Hit | null {
    let hits: number[] | null = null;
    const moment = this.moment.at(event, phase);
    for (const line of lines) {
      const { breakpoint, latch } = line;
      if (line.pass !== pass || !breakpoint.spec.phases.includes(phase)) continue;
      if (!latch.open(moment.timestep, breakpoint.namesTimestep) || breakpoint.waitsForLayer(moment)) continue;
      // a variable does not come to be before its statement is over
      if (!last && breakpoint.condition?.changesInStatement !== true && this.waits(line)) continue;
      const look = breakpoint.look(moment, last);
      if (look === "unknown") this.wait(line, pass);
      if (settles(look, breakpoint, phase)) latch.close(moment.timestep);
      if (look === "stop") hits = [...(hits ?? []), breakpoint.spec.id];
    }
    return hits === null ? null : { reason: "breakpoint", breakpoints: hits, text: null };
  }

  private wait(line: Line, pass: object): void {
    if (!(pass instanceof UserProvenance) || this.waits(line)) return;
    this.waiting = [...this.waiting, { line, here: pass }];
  }

  private waits(line: Line): boolean {
    return this.waiting.some((waiting) => waiting.line === line);
  }
}

const none: readonly Line[] = [];

/** A statement is over when its own function begins another, or when the phase ends. */
function isOver(here: Provenance, next: UserProvenance | null): boolean {
  return next === null || (here instanceof UserProvenance && here.frame === next.frame);
}

function merge(a: Hit | null, b: Hit | null, event?: PauseEvent): Hit | null {
  if (b === null) return a;
  const later = event === undefined ? b : { ...b, event };
  return a === null ? later : { ...a, breakpoints: [...a.breakpoints, ...b.breakpoints] };
}
