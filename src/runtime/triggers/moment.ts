// What the names of a condition stand for at the event that is being looked at. Knows no syntax.
import type { Phase } from "../../protocol/position.ts";
import type { Provenance } from "../../training/engine.ts";
import type { TrainingRun } from "../../training/run.ts";
import { type PauseEvent, scopeOf } from "../events.ts";
import { symbols } from "../inspect/scopes.ts";
import { type UserFrame, UserProvenance } from "../userStack.ts";
import type { TriggerContext } from "./trigger.ts";

/** Thrown where a value may come to be later, so that nothing is wrong yet. */
export class NotYet extends Error {
  constructor(
    message: string,
    /** It may be so in every pass, as a gradient is null in forward. */
    readonly ordinary = false,
  ) {
    super(message);
  }
}

const entry: PauseEvent = { kind: "entry" };

/** One for all breakpoints: it is moved from event to event, because making one each time would cost more than a look. */
export class Moment {
  event: PauseEvent = entry;
  phase: Phase = "forward";

  constructor(private readonly context: TriggerContext) {}

  at(event: PauseEvent, phase: Phase): this {
    this.event = event;
    this.phase = phase;
    return this;
  }

  get run(): TrainingRun {
    const { run } = this.context;
    if (run === null) throw new NotYet("the run has not begun");
    return run;
  }

  get number(): number {
    return this.context.event;
  }

  /** The user's function that the event belongs to, or null. */
  get frame(): UserFrame | null {
    const here = provenanceOf(this.event);
    return here instanceof UserProvenance && here.site !== -1 ? here.frame : null;
  }

  /** Timestep of a recurrent layer, undefined elsewhere: every comparison with it is false. */
  get timestep(): number | undefined {
    const { event } = this;
    return event.kind === "operation" && event.node.timestep >= 0 ? event.node.timestep : undefined;
  }

  /** ‖g‖ of what backward has computed so far; before clipping once backward is over. */
  get gradNorm(): number | undefined {
    const { run } = this;
    if (run.gradNorm !== null) return run.gradNorm;
    if (this.phase !== "backward") return undefined;
    const { kernels } = run.engine;
    let squares = 0;
    for (const p of run.optimizer.parameters) {
      const gradient = p.gradientSoFar();
      if (gradient !== null) squares += kernels.sumSquares(p.length, gradient);
    }
    return Math.sqrt(squares);
  }

  /** `h_t`, `z_t` and the other operands of the operation at hand. */
  symbol(name: string): unknown {
    const { run, event, frame } = this;
    if (name === "delta_t") {
      const node = event.kind === "operation" && event.node.timestep >= 0 ? event.node : null;
      return node?.inputs[0].grad?.select(1, node.timestep);
    }
    return symbols({ run, event, frame }).find((symbol) => symbol.name === name)?.value;
  }

  parameter(name: string): unknown {
    const parameters = this.run.model.stateDict();
    const found = parameters.get(name);
    if (found !== undefined) return found;
    throw new Error(`there is no parameter "${name}"; there are ${[...parameters.keys()].join(", ")}`);
  }
}

/** Values of the names that are there at every event. */
export const builtIns: ReadonlyMap<string, (moment: Moment) => unknown> = new Map<string, (moment: Moment) => unknown>([
  ["epoch", (m) => m.run.epoch],
  ["iteration", (m) => m.run.iteration],
  ["event", (m) => m.number],
  ["t", (m) => m.timestep],
  ["phase", (m) => m.phase],
  ["layer", (m) => (m.event.kind === "parameter" ? m.event.path : (scopeOf(m.event)?.owner.path ?? ""))],
  ["operation", operationOf],
  ["learningRate", (m) => m.run.optimizer.learningRate],
  ["loss", (m) => m.run.loss?.item()],
  ["gradNorm", (m) => m.gradNorm],
  ["batch", (m) => m.run.batch],
  ["input", (m) => m.symbol("input") ?? m.run.batch?.input],
  ["target", (m) => m.symbol("target") ?? m.run.batch?.target],
  ["output", (m) => m.symbol("output") ?? m.run.outputs[0]],
  ["parameters", (m) => m.run.model.stateDict()],
  ["model", (m) => m.run.model],
  ["optimizer", (m) => m.run.optimizer],
  ["this", (m) => m.frame?.self ?? m.run.model],
]);

function operationOf({ event, run }: Moment): string {
  if (event.kind === "operation") return event.node.title;
  return event.kind === "parameter" ? run.optimizer.name.toLowerCase() : "";
}

function provenanceOf(event: PauseEvent): Provenance | null {
  switch (event.kind) {
    case "operation":
      return event.node.here;
    case "layer":
      return event.scope.here;
    case "statement":
      return event.here;
    default:
      return null;
  }
}
