// Answers everything that is asked about values at a pause, from the scopes to the bytes of a tensor.
import type { Engine, Tensor } from "../../training/engine.ts";
import type { TrainingRun } from "../../training/run.ts";
import type { RequestHandlers } from "../mailbox.ts";
import type { UserStack } from "../userStack.ts";
import { completions } from "./completions.ts";
import { assignExpression, assignNamed, sharesMemory } from "./edit.ts";
import { evaluate } from "./expression.ts";
import type { ValueSource } from "./named.ts";
import { type Pause, scopes } from "./scopes.ts";
import { assignmentIn } from "./syntax.ts";
import { sourceOf } from "./tensors/elements.ts";
import { type Live, liveTensors, placeOf } from "./tensors/live.ts";
import { type Past, PreviousIteration } from "./tensors/previous.ts";
import { ValueStore } from "./values.ts";

/** What the inspector needs of the worker. */
export interface InspectorHost {
  /** The run, or null before there is one. */
  run(): TrainingRun | null;
  /** @throws Error while the run is going on */
  paused(): Pause;
  /**
   * A value of the run has been changed: what follows is another course of it.
   * @param again makes the same change at the same point of a replay; left out where that is not known
   */
  edited(what: string, again?: (pause: Pause) => void): void;
}

export type InspectorHandlers = Pick<
  RequestHandlers,
  "scopes" | "children" | "evaluate" | "setVariable" | "setExpression" | "completions" | "readMemory"
>;

export class Inspector implements ValueSource {
  readonly previous: PreviousIteration;
  private readonly values: ValueStore;
  /** Of the present pause; while it lasts nothing new is computed. */
  private live: readonly Live[] | null = null;

  constructor(
    private readonly engine: Engine,
    private readonly user: UserStack,
    private readonly host: InspectorHost,
    precision: number | undefined,
  ) {
    this.previous = new PreviousIteration(user);
    this.values = new ValueStore(engine.kernels, this);
    if (precision !== undefined) this.values.digits = precision;
  }

  /** The run goes on: all handles are void. */
  clear(): void {
    this.live = null;
    this.previous.clear();
    this.values.clear();
  }

  isLive(tensor: Tensor): boolean {
    const run = this.host.run();
    if (run === null) return false;
    const source = sourceOf(tensor);
    if (tensor.dtype !== "int32") return placeOf(source, this.liveOf(run)) !== null;
    const batch = run.batch === null ? [] : [run.batch.input, run.batch.target];
    return !tensor.strided && batch.some((whole) => sharesMemory(whole, tensor));
  }

  pastOf(tensor: Tensor): Past {
    const run = this.host.run();
    return run === null ? { kind: "none" } : this.previous.of(sourceOf(tensor), run, this.liveOf(run));
  }

  handlers(): InspectorHandlers {
    return {
      scopes: () => {
        const pause = this.pause();
        const shown = scopes.filter(({ shows = () => true }) => shows(pause));
        return shown.map(({ name, values }) => ({
          name,
          reference: this.values.list(() => this.engine.noGrad(() => values(pause))),
          expensive: name === "Parameters" || name === "Optimizer" || name === "Memory",
        }));
      },
      children: ({ reference, start, count, hex }) => {
        this.pause();
        return this.engine.noGrad(() => this.values.children(reference, start, count, { hex }));
      },
      evaluate: ({ expression, context, hex }) => {
        const assignment = context === "repl" ? assignmentIn(expression.trim()) : null;
        if (assignment !== null) return this.assign(assignment.target, assignment.value, hex);
        const value = this.evaluate(expression, this.pause());
        const style = { hex, long: context === "repl" };
        return this.engine.noGrad(() => this.values.show({ name: expression, value, evaluateName: expression }, style));
      },
      setVariable: ({ reference, name, value, hex }) => {
        const pause = this.pause();
        return this.engine.noGrad(() => {
          const child = this.values.child(reference, name);
          assignNamed(child, value, pause, this);
          this.edited(child.evaluateName || name, value, child.evaluateName !== "");
          return this.values.show(this.values.child(reference, name), { hex });
        });
      },
      setExpression: ({ expression, value, hex }) => this.assign(expression, value, hex),
      completions: ({ text, offset }) => {
        const pause = this.pause();
        return this.preserving(() => completions(text, offset, pause));
      },
      readMemory: ({ memory, offset, count }) => {
        this.pause();
        return this.values.memory(memory, offset, count);
      },
    };
  }

  /** What a client sees under this name among the children of a container, or gets for this expression. */
  valueOf(reference: number | null, name: string): unknown {
    const pause = this.pause();
    if (reference === null) return this.evaluate(name, pause);
    return this.engine.noGrad(() => this.values.child(reference, name).value);
  }

  private liveOf(run: TrainingRun): readonly Live[] {
    this.live ??= liveTensors(run, this.user);
    return this.live;
  }

  private assign(target: string, value: string, hex: boolean | undefined) {
    const pause = this.pause();
    this.engine.noGrad(() => assignExpression(target, value, pause, this));
    this.edited(target, value, true);
    return this.engine.noGrad(() =>
      this.values.show({ name: target, value: this.evaluate(target, pause), evaluateName: target }, { hex }),
    );
  }

  /** @param isExpression is `target` an expression that means the same in a replay? */
  private edited(target: string, value: string, isExpression: boolean): void {
    this.previous.forget(this.pause().run);
    const again = (pause: Pause) => {
      this.live = null;
      this.engine.noGrad(() => assignExpression(target, value, pause, this));
      this.live = null;
    };
    this.host.edited(`${target} = ${value}`, isExpression ? again : undefined);
  }

  private evaluate(expression: string, pause: Pause): unknown {
    return this.preserving(() => evaluate(expression, pause));
  }

  /** What an expression that calls a layer's forward() would leave behind: names of tensors, running statistics. */
  private preserving<T>(body: () => T): T {
    const run = this.host.run();
    const named = [...this.user.tensors];
    const buffers = (run?.model.namedModules() ?? []).flatMap(([, module]) => module.ownBuffers());
    const copies = buffers.map(([, buffer]) => buffer.floats.array.slice(0, buffer.length));
    try {
      return body();
    } finally {
      this.user.tensors.clear();
      for (const [key, value] of named) this.user.tensors.set(key, value);
      for (const [i, [, buffer]] of buffers.entries()) buffer.floats.array.set(copies[i]);
    }
  }

  private pause(): Pause {
    return { ...this.host.paused(), past: (tensor) => this.askedPast(tensor) };
  }

  /** An expression that asks for the iteration before and finds it lost has it kept from now on. */
  private askedPast(tensor: Tensor): Past {
    const past = this.pastOf(tensor);
    if (past.kind === "lost") this.previous.wanted = true;
    return past;
  }
}
