// Looks once an iteration whether loss, gradient and weights are finite, and when not, for the operation where it began.
import type { Phase } from "../../../protocol/position.ts";
import type { Parameter, Tensor } from "../../../training/engine.ts";
import type { TrainingRun } from "../../../training/run.ts";
import type { PauseEvent } from "../../events.ts";
import { showNumber } from "../../origin/operand.ts";
import { type Context, handedOn, type OriginReport, reportOrigin, reportUpdate } from "../../origin/report.ts";
import {
  backwardOrigin,
  backwardOriginAt,
  forwardOrigin,
  type Origin,
  originAt,
  wayToLoss,
} from "../../origin/trace.ts";
import { firstNonFiniteWeight } from "../../origin/update.ts";

/** What was found, where the run stands now. */
export interface Finding {
  readonly report: OriginReport;
  /** Who only handed it on, and what was seen of it; sentences. */
  readonly after: readonly string[];
  /** Is the run at the origin itself, and not at the end of the phase in which it showed? */
  readonly exact: boolean;
  /** Would a replay of the iteration lead to the origin itself? */
  readonly rewind: boolean;
}

/** The iteration is being run again, this time with a look at every operation of one phase. */
type Hunt =
  | {
      readonly kind: "forward";
      readonly way: ReadonlySet<number>;
      readonly intended: Set<Tensor>;
      readonly after: readonly string[];
    }
  | { readonly kind: "backward"; readonly after: readonly string[] }
  | { readonly kind: "update"; readonly after: readonly string[] };

export class NotFiniteWatch {
  private hunt: {
    readonly iteration: number;
    readonly search: Hunt;
    /** Is the run being taken back for it, and is it at this iteration again? */
    state: "asked" | "replaying" | "begun";
  } | null = null;
  /** The origin that was found last: a run that comes to it once more stops there, and is not taken back for it again. */
  private known: { readonly iteration: number; readonly event: number; readonly search: Hunt } | null = null;
  /** False from a stop on until an iteration is finite again. */
  private armed = true;

  /** @param event number of the present event within the iteration */
  constructor(
    private readonly context: () => Context | null,
    private readonly event: () => number,
  ) {}

  /** Is every event to be looked at, and not the ends of phases alone? */
  get hunts(): boolean {
    return this.hunt !== null || this.known !== null;
  }

  /** While an iteration is run again for it, the update must be seen as well. */
  get wantsWeightsBefore(): boolean {
    return this.hunt?.state === "begun";
  }

  iterationBegan(): void {
    const iteration = this.context()?.run.iteration ?? 0;
    if (this.known !== null && iteration > this.known.iteration) this.known = null;
    if (this.hunt === null) return;
    if (iteration > this.hunt.iteration) this.hunt = null;
    else this.hunt.state = iteration === this.hunt.iteration ? "begun" : "replaying";
  }

  /** Null while all is well. */
  check(event: PauseEvent, phase: Phase): Finding | null {
    if (event.kind !== "phase" && !this.hunts) return null;
    const context = this.context();
    if (context === null) return null;
    if (this.hunt?.state === "asked") {
      // the run was not taken back but stopped where it was
      this.hunt = null;
      this.armed = false;
    }
    const search = this.searchHere(context);
    const found = search === null ? null : this.look(context, search, event, phase);
    if (search === null || found === null) {
      // somebody has changed a value since, and the origin is none any more
      if (search !== null && this.hunt === null) this.known = null;
      return event.kind === "phase" ? this.examine(context, phase) : null;
    }
    this.known = { iteration: context.run.iteration, event: this.event(), search };
    this.hunt = null;
    this.armed = false;
    return found;
  }

  /** What is looked for at this event. */
  private searchHere({ run: { iteration } }: Context): Hunt | null {
    if (this.hunt !== null) return this.hunt.state === "begun" ? this.hunt.search : null;
    const { known } = this;
    const isThere = known !== null && known.iteration === iteration && known.event === this.event();
    return isThere && this.armed ? known.search : null;
  }

  /** A hunt that is under way is left as it is: it belongs to the replay, not to what is replayed. */
  save(): () => void {
    const { armed } = this;
    return () => {
      this.armed = armed;
    };
  }

  /** At the end of a phase: is what it gave finite? */
  private examine(context: Context, phase: Phase): Finding | null {
    const { run } = context;
    const search = phase === "loss" ? lossSearch(context) : phase === "update" ? updateSearch(run) : null;
    if (search === null) {
      if (phase === "update" && (run.loss === null || Number.isFinite(run.loss.item()))) this.armed = true;
      return null;
    }
    if (!this.armed) return null;
    if (this.known?.iteration === run.iteration) {
      // the run was set going behind the origin, which has been seen
      this.armed = false;
      return null;
    }
    // when a replay has not come to it, another would not either
    const replayed = this.hunt !== null;
    this.hunt = replayed ? null : { iteration: run.iteration, search, state: "asked" };
    this.armed = !replayed;
    const report = inHindsight(context, search) ?? unknown(phase);
    return { report, after: search.after, exact: false, rewind: !replayed };
  }

  private look(context: Context, search: Hunt, event: PauseEvent, phase: Phase): Finding | null {
    const { run } = context;
    const exact = (report: OriginReport): Finding => ({
      report,
      after: search.after,
      exact: true,
      rewind: false,
    });
    if (event.kind === "parameter") {
      const i = search.kind === "update" ? firstNonFiniteWeight(event.parameter) : -1;
      return i < 0 ? null : exact(reportUpdate(context, event.name, event.parameter, i));
    }
    if (event.kind !== "operation") return null;
    const backward = phase === "backward";
    let origin: Origin | null = null;
    if (search.kind === "backward" && backward) origin = backwardOriginAt(event.node);
    else if (search.kind === "forward" && !backward && search.way.has(run.engine.tape.length - 1))
      origin = originAt(run, event.node, search.intended);
    return origin === null ? null : exact(reportOrigin(context, origin));
  }
}

function lossSearch({ run, model }: Context): Hunt | null {
  if (run.loss === null || Number.isFinite(run.loss.item())) return null;
  const way = wayToLoss(run);
  const origin = forwardOrigin(run, way);
  const { tape } = run.engine;
  const first = origin === null ? -1 : tape.indexOf(origin.node);
  const nodes = [...way].filter((i) => i > first).sort((a, b) => a - b);
  const through =
    nodes.length === 0
      ? []
      : [
          `Only handed on by ${handedOn(
            model,
            nodes.map((i) => tape[i]),
          )}.`,
        ];
  const after = [...through, `The loss became ${showNumber(run.loss.item())}.`];
  return { kind: "forward", way, intended: new Set(), after };
}

function updateSearch(run: TrainingRun): Hunt | null {
  if (Number.isFinite(run.gradNorm ?? 0) && weightsAreFinite(run)) return null;
  const weights = [...run.parameters].filter(([p]) => brokenWeight(run, p));
  if (run.gradNorm === null || Number.isFinite(run.gradNorm)) {
    if (weights.length === 0) return null;
    return { kind: "update", after: [`The gradient was finite: ‖g‖ = ${showNumber(run.gradNorm ?? 0)}.`] };
  }
  const named = weights.slice(0, 3).map(([, name]) => name);
  const rest = weights.length - named.length;
  const list = rest > 0 ? `${named.join(", ")} and ${rest} more` : named.join(", ");
  const became =
    weights.length === 1
      ? "became NaN because its gradient was not finite"
      : "became NaN because their gradients were not finite";
  return {
    kind: "backward",
    after: [
      `The gradient norm became ${showNumber(run.gradNorm)}.`,
      ...(named.length > 0 ? [`${list} ${became}.`] : []),
    ],
  };
}

/** Of all of them at once: at full speed this is asked in every iteration. */
function weightsAreFinite({ engine, parameters }: TrainingRun): boolean {
  let sum = 0;
  for (const p of parameters.keys()) sum += engine.kernels.sumSquares(p.length, p.floats);
  return Number.isFinite(sum);
}

/** The sum of squares is taken in float64, so that only an element itself can make it infinite. */
function brokenWeight({ engine, updated, parameters }: TrainingRun, p: Parameter): boolean {
  return updated.has(parameters.get(p) ?? "") && !Number.isFinite(engine.kernels.sumSquares(p.length, p.floats));
}

/** Judged by what the tensors hold at the end of the phase; later gradients may hide the first one. */
function inHindsight(context: Context, search: Hunt): OriginReport | null {
  const { run } = context;
  if (search.kind === "update") {
    const weight = [...run.parameters].find(([p]) => brokenWeight(run, p));
    return weight === undefined
      ? null
      : reportUpdate(context, weight[1], weight[0], Math.max(0, firstNonFiniteWeight(weight[0])));
  }
  const origin = search.kind === "forward" ? forwardOrigin(run, search.way) : backwardOrigin(run);
  return origin === null ? null : reportOrigin(context, origin);
}

/** An infinity that the model file itself put there has no operation that it began in. */
function unknown(phase: Phase): OriginReport {
  const formula = `no operation made it: an infinity of the model file's own reached the ${phase}`;
  return { formula, where: `the ${phase}`, evaluateName: "", value: "An infinity" };
}
