// The engine that is current while a model runs: kernels, tape, random numbers, and who watches. Knows no module and no file.
import { ModelError } from "./errors.ts";
import type { FloatBuffer, Kernels } from "./kernels/kernels.ts";
import type { OperationName } from "./ops/operation.ts";
import { Random } from "./random.ts";
import { type Shape, showShape, sizeOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Where the user's program stands. The runtime's instrumentation makes a new one at every statement. */
export interface Provenance {
  /** Pause site (see protocol/model.ts), −1 when unknown. */
  readonly site: number;
}

/** What a layer is to the engine: a name on the call stack. */
export interface ScopeOwner {
  /** Dotted path in the model, empty for the model itself. */
  readonly path: string;
  readonly type: string;
}

/** One call of one layer. Calls of the same layer have different scopes. */
export interface Scope {
  readonly owner: ScopeOwner;
  readonly parent: Scope | null;
  /** 0 for the model itself. */
  readonly depth: number;
  /** The statement that made the call. */
  readonly here: Provenance;
  /** What the call returned; empty while it runs. */
  outputs: readonly Tensor[];
}

/** One operation on the tape, with the provenance that its backward inherits. */
export interface Node {
  readonly operation: OperationName;
  /** Name for people: the operation's, or the one that the user gave to an operation of their own. */
  readonly title: string;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly scope: Scope | null;
  readonly here: Provenance;
  /** Timestep of a recurrent layer, counts from 0; −1 elsewhere. */
  readonly timestep: number;
  /** The timestep whose state this one begins from (t − 1, or t + 1 in a reversed layer); −1 when there is none. */
  readonly previousTimestep: number;
  /** Adds this operation's part to the gradients of `inputs`, reading the gradient of `output`. Null: nothing to do. */
  readonly backward: (() => void) | null;
}

/** Called right after each event; may block. Must not compute on tensors that are being recorded. */
export interface Observer {
  operation(node: Node, phase: "forward" | "backward"): void;
  layer(scope: Scope, phase: "forward" | "backward"): void;
}

/** Part of a gradient that backward adds at the end of a layer's timesteps, shown to whoever looks earlier. */
class Owed {
  /** One buffer however often somebody looks, and the place on the tape that backward had come to then. */
  private shown: { readonly buffer: FloatBuffer; at: number } | null = null;

  constructor(
    private readonly engine: Engine,
    private readonly add: (into: FloatBuffer) => void,
  ) {}

  /** `gradient` with what is owed to it so far. */
  sum(gradient: FloatBuffer): FloatBuffer {
    const { kernels, differentiating: at } = this.engine;
    this.shown ??= { buffer: kernels.memory.floats(gradient.length, false), at: -1 };
    const { shown } = this;
    if (shown.at === at) return shown.buffer;
    shown.at = at;
    kernels.copy(gradient.length, gradient, shown.buffer);
    this.add(shown.buffer);
    return shown.buffer;
  }
}

const nowhere: Provenance = { site: -1 };

export class Engine {
  readonly tape: Node[] = [];
  readonly random = new Random(0);
  observer: Observer | null = null;
  /** The statement that is running. */
  here: Provenance = nowhere;
  scope: Scope | null = null;
  /** Timestep that a recurrent layer is at, −1 outside. */
  timestep = -1;
  previousTimestep = -1;
  /** False inside `noGrad`: operations are computed and not recorded. */
  recording = true;
  /** Grows by one an iteration; tensors of an older one are gone. */
  generation = 0;
  /** Place on the tape that backward has come down to. */
  differentiating = -1;
  /** False until the first iteration: what a model computes while it is being made is kept for good. */
  iterating = false;

  owed = new Map<Tensor, Owed>();

  constructor(readonly kernels: Kernels) {}

  /** Backward will add to a tensor's gradient what `add` adds to a buffer; until then it is owed. */
  owe(tensor: Tensor, add: (into: FloatBuffer) => void): void {
    // a gradient that is owed has begun
    if (!tensor.hasGradient) tensor.gradient();
    this.owed.set(tensor, new Owed(this, add));
  }

  /** Runs `body` as one call of a layer, so that what it records is known to belong to it. */
  call<T>(owner: ScopeOwner, body: () => T, outputsOf: (result: T) => readonly Tensor[]): T {
    const parent = this.scope;
    const scope: Scope = { owner, parent, depth: parent === null ? 0 : parent.depth + 1, here: this.here, outputs: [] };
    this.scope = scope;
    try {
      const result = body();
      scope.outputs = outputsOf(result);
      this.scope = parent;
      this.observer?.layer(scope, "forward");
      return result;
    } finally {
      this.scope = parent;
    }
  }

  /** Computes without recording or being watched. */
  noGrad<T>(body: () => T): T {
    const { recording, observer } = this;
    this.recording = false;
    this.observer = null;
    try {
      return body();
    } finally {
      this.recording = recording;
      this.observer = observer;
    }
  }

  /** Puts an operation on the tape and tells the observer that it was computed. */
  record(
    operation: OperationName,
    inputs: readonly Tensor[],
    output: Tensor,
    backward: (() => void) | null,
    title: string = operation,
  ): void {
    if (!this.recording && this.observer === null) return;
    const node: Node = {
      operation,
      title,
      inputs,
      output,
      scope: this.scope,
      here: this.here,
      timestep: this.timestep,
      previousTimestep: this.previousTimestep,
      backward: this.recording && output.requiresGrad ? backward : null,
    };
    if (this.recording) this.tape.push(node);
    this.observer?.operation(node, "forward");
  }

  /**
   * Reverse-mode differentiation: seeds ∂L/∂L = 1 and runs the tape backwards; afterwards every tensor that the loss
   * depends on has its gradient. Gradients of parameters are added to what they hold.
   * @param loss scalar
   * @throws ModelError when it is not a scalar or depends on no parameter
   */
  backward(loss: Tensor): void {
    if (loss.length !== 1)
      throw this.error(`backward needs a scalar loss, but its shape is [${loss.shape.join(", ")}]`);
    if (!loss.requiresGrad)
      throw this.error("the loss depends on no trainable parameter, so there is no gradient to compute");
    this.kernels.fill(1, loss.gradient(), 1);
    const { tape } = this;
    for (let i = tape.length - 1; i >= 0; i--) {
      const node = tape[i];
      if (node.backward === null || !node.output.hasGradient) continue;
      this.differentiating = i;
      node.backward();
      if (this.observer !== null) {
        this.observer.operation(node, "backward");
        this.leaveScopes(node.scope, this.nextScope(i), this.observer);
      }
    }
  }

  /** Begins anew: forgets the tape and every tensor that is not persistent. */
  endIteration(): void {
    this.iterating = true;
    this.tape.length = 0;
    if (this.owed.size > 0) this.owed = new Map();
    this.generation++;
    this.kernels.memory.endIteration();
  }

  /**
   * Memory for a tensor: of this iteration, or for good while no iteration runs. Zeros when `cleared`, else to be overwritten.
   * @throws ModelError naming the tensor and the bytes when there is no room
   */
  floats(shape: Shape, name: string, cleared = true): FloatBuffer {
    const { memory } = this.kernels;
    try {
      return cleared ? memory.floats(sizeOf(shape), !this.iterating) : memory.empty(sizeOf(shape), !this.iterating);
    } catch (error) {
      if (error instanceof ModelError) throw this.error(`${name} of shape ${showShape(shape)}: ${error.message}`);
      throw error;
    }
  }

  /** An error of the user's making, at the statement that is running. */
  error(message: string): ModelError {
    const error = new ModelError(message);
    error.site = this.here.site;
    return error;
  }

  /** Scope of the node that backward comes to after node i. */
  private nextScope(i: number): Scope | null {
    for (let j = i - 1; j >= 0; j--) {
      const node = this.tape[j];
      if (node.backward !== null && node.output.hasGradient) return node.scope;
    }
    return null;
  }

  /** Reports, innermost first, the layer calls that backward has left between two nodes. */
  private leaveScopes(from: Scope | null, to: Scope | null, observer: Observer): void {
    for (let s = from; s !== null && !isWithin(to, s); s = s.parent) observer.layer(s, "backward");
  }
}

/** Is a scope this call or one inside it? */
function isWithin(scope: Scope | null, call: Scope): boolean {
  let s = scope;
  while (s !== null && s.depth > call.depth) s = s.parent;
  return s === call;
}

let current: Engine | null = null;

/** The engine that operations run on. */
export function engine(): Engine {
  if (current === null)
    throw new ModelError("no training is running here: tensors exist only inside a model file's training");
  return current;
}

/** Makes an engine current; returns the one before. */
export function setEngine(next: Engine | null): Engine | null {
  const before = current;
  current = next;
  return before;
}
