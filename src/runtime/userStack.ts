// The user's program as it runs: which statement, in which function, with which variables. Fed by the instrumented code.
import type { Engine, Provenance } from "../training/engine.ts";
import { Tensor } from "../training/engine.ts";
import type { Instrumentation } from "./bundle/instrumentation.ts";

/** One call of one of the user's functions. */
export class UserFrame {
  readonly variables = new Map<string, unknown>();

  constructor(
    /** Site of the function. */
    readonly site: number,
    /** Its `this`; undefined in arrow functions and constructors. */
    readonly self: unknown,
  ) {}
}

/** A statement in one execution of it. */
export class UserProvenance implements Provenance {
  constructor(
    readonly site: number,
    readonly frame: UserFrame,
  ) {}
}

/** A tensor that the user gave a name to in this iteration. */
export interface NamedTensor {
  readonly name: string;
  readonly site: number;
  readonly tensor: Tensor;
}

const outside = new UserProvenance(-1, new UserFrame(-1, undefined));

export class UserStack implements Instrumentation {
  /** By site and name: a variable that is assigned in a loop keeps its last value. */
  tensors = new Map<string, NamedTensor>();
  /** Told of every statement of the user's functions. */
  onStatement: ((here: UserProvenance) => void) | null = null;
  /** By depth; entries above `depth` are left over, so that restoring twice from the same depth does no harm. */
  private readonly callers: UserProvenance[] = [];
  private depth = 0;
  private current = outside;

  constructor(private readonly engine: Engine) {}

  /** The innermost function that is running. */
  get frame(): UserFrame {
    return this.current.frame;
  }

  /** False outside of a watched forward pass: while the model is made, and in validation. */
  get watched(): boolean {
    return this.engine.observer !== null;
  }

  /** Forgets the iteration before. */
  beginIteration(): void {
    this.tensors = new Map();
    this.depth = 0;
    this.move(outside);
  }

  /** Puts training itself at a line of the model file, such as the one with the loss. */
  place(site: number): UserProvenance {
    this.move(new UserProvenance(site, outside.frame));
    return this.current;
  }

  at(site: number): void {
    this.move(new UserProvenance(site, this.current.frame));
    this.onStatement?.(this.current);
  }

  enter(site: number, self?: unknown): number {
    const depth = this.depth++;
    this.callers[depth] = this.current;
    this.move(new UserProvenance(site, new UserFrame(site, self ?? this.current.frame.self)));
    this.onStatement?.(this.current);
    return depth;
  }

  leave(previous: number): void {
    this.move(this.callers[previous] ?? outside);
    this.depth = previous;
  }

  exit<T>(previous: number, value: T): T {
    this.leave(previous);
    return value;
  }

  named(site: number, values: Readonly<Record<string, unknown>>): void {
    const { variables } = this.current.frame;
    // an array of entries for every statement would cost more than a small operation
    for (const name in values) {
      const value = values[name];
      variables.set(name, value);
      if (value instanceof Tensor) this.tensors.set(`${site} ${name}`, { name, site, tensor: value });
    }
  }

  private move(here: UserProvenance): void {
    this.current = here;
    this.engine.here = here;
  }
}
