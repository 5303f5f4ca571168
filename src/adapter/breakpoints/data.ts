// Data breakpoints: remembers what the client asked for, checks what can be checked without a run, and hands it to one.
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import { type DataBreakpointSpec, dataNames, parseDataId } from "../../protocol/breakpoints/data.ts";
import { ExpressionError } from "../../protocol/breakpoints/expressionError.ts";
import { parseHitCondition } from "../../protocol/breakpoints/hitCondition.ts";
import { conditionProblem } from "../../protocol/breakpoints/numericCondition.ts";
import { type Arguments, errors, type SendEvent } from "../dap.ts";
import type { TrainingRun } from "../run.ts";

/** Far from the numbers of the breakpoints on lines, which count from 1. */
const firstId = 2 ** 20;

interface Placed {
  readonly spec: DataBreakpointSpec;
  /** What is wrong with it, as far as it is known. */
  problem: string | null;
}

const pending = "the training has not begun yet";

export class DataBreakpoints {
  readonly #send: SendEvent;
  #placed: readonly Placed[] = [];
  #lastId = firstId;
  #run: TrainingRun | null = null;

  constructor(send: SendEvent) {
    this.#send = send;
  }

  /** Replaces the whole set. */
  set({ breakpoints }: Arguments<"setDataBreakpoints">): Dap.Breakpoint[] {
    if (!Array.isArray(breakpoints)) throw errors.badArguments(`"breakpoints" must be a list`);
    this.#placed = breakpoints.map((asked) => this.#place(asked));
    const reports = this.#placed.map((placed) => this.#report(placed));
    void this.#tell();
    return reports;
  }

  /** Another run has begun, or none goes on any more. */
  follow(run: TrainingRun | null): void {
    this.#run = run;
    if (run === null || this.#placed.length === 0) return;
    for (const placed of this.#placed) {
      placed.problem = staticProblem(placed.spec) ?? this.#off;
      this.#changed(placed);
    }
    void this.#tell();
  }

  /** Those that nothing is wrong with go to the run, which knows what there is to watch. */
  async #tell(): Promise<void> {
    const run = this.#run;
    if (run === null || !run.launch.options.debug) return;
    const told = this.#placed.filter(({ problem }) => problem === null);
    const answer = await run.ask("setDataBreakpoints", { breakpoints: told.map(({ spec }) => spec) });
    if (answer === null || this.#run !== run) return;
    for (const [i, placed] of told.entries()) {
      const problem = answer.problems[i] ?? null;
      if (problem === null || !this.#placed.includes(placed)) continue;
      placed.problem = problem;
      this.#changed(placed);
    }
  }

  #place(asked: Dap.DataBreakpoint | null): Placed {
    const { dataId, condition, hitCondition } = asked ?? { dataId: undefined };
    if (typeof dataId !== "string") throw errors.badArguments(`every data breakpoint needs a "dataId"`);
    const before = this.#placed.find(({ spec }) => spec.dataId === dataId);
    const id = before?.spec.id ?? ++this.#lastId;
    const spec = { id, dataId, condition: textOf(condition), hitCondition: textOf(hitCondition) };
    return { spec, problem: staticProblem(spec) ?? this.#off };
  }

  get #off(): string | null {
    const isOff = this.#run !== null && !this.#run.launch.options.debug;
    return isOff ? "this run was started without debugging: it does not stop" : null;
  }

  #report({ spec: { id }, problem }: Placed): Dap.Breakpoint {
    if (problem !== null) return { id, verified: false, reason: "failed", message: problem };
    return this.#run === null ? { id, verified: false, reason: "pending", message: pending } : { id, verified: true };
  }

  #changed(placed: Placed): void {
    this.#send("breakpoint", { reason: "changed", breakpoint: this.#report(placed) });
  }
}

function textOf(text: unknown): string | null {
  return typeof text === "string" && text.trim() !== "" ? text : null;
}

/** What is wrong whatever the model is. */
function staticProblem({ dataId, condition, hitCondition }: DataBreakpointSpec): string | null {
  if (parseDataId(dataId) === null) return `"${dataId}" is not the name of anything that can be watched`;
  const problem = condition === null ? null : conditionProblem(condition, Object.keys(dataNames));
  return problem ?? (hitCondition === null ? null : hitProblem(hitCondition));
}

function hitProblem(text: string): string | null {
  try {
    parseHitCondition(text);
    return null;
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
}
