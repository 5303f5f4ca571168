// What the user calls a tensor: a parameter's name, a variable, a layer's output; through a view, what it looks at.
import { type Node, operationSymbols, type Tensor } from "../../training/engine.ts";
import type { TrainingRun } from "../../training/run.ts";
import type { UserStack } from "../userStack.ts";
import { indexOf, Operand } from "./operand.ts";

export class Names {
  private readonly names = new Map<Tensor, string>();
  private readonly producers = new Map<Tensor, Node>();

  constructor(run: TrainingRun, user: UserStack) {
    // later ones win: a parameter's own name says most
    for (const [path, scope] of run.calls)
      if (path !== "" && scope.outputs.length > 0) this.names.set(scope.outputs[0], `${path} output`);
    if (run.batch !== null) this.names.set(run.batch.input, "input").set(run.batch.target, "target");
    for (const { name, tensor } of user.tensors.values()) this.names.set(tensor, name);
    for (const [parameter, name] of run.parameters) this.names.set(parameter, name);
    for (const node of run.engine.tape) if (!this.producers.has(node.output)) this.producers.set(node.output, node);
  }

  /** Values of the operation's input k. */
  input(node: Node, k: number): Operand {
    const x = node.inputs[k];
    const { inputs } = operationSymbols[node.operation];
    const letter = inputs[k] ?? `${inputs.at(-1) ?? "x"}${k + 1}`;
    const named = this.find(x);
    if (named !== null) return named;
    return new Operand(x.length === 1 && !this.producers.has(x) ? "" : letter, x.shape, valuesOf(x));
  }

  output(node: Node): Operand {
    return (
      this.find(node.output) ??
      new Operand(operationSymbols[node.operation].output, node.output.shape, valuesOf(node.output))
    );
  }

  /** ∂L/∂(a tensor), under the name of the tensor. */
  gradient(x: Tensor, operand: Operand): Operand {
    const name = operand.name === "" ? "c" : operand.name;
    const label = /^[\p{L}\p{N}_.]+$/u.test(name) ? `∂L/∂${name}` : `∂L/∂(${name})`;
    return new Operand(label, x.shape, x.hasGradient ? x.gradient().array : []);
  }

  /** Its own name, or what it is a view of. */
  private find(x: Tensor): Operand | null {
    const own = this.names.get(x);
    if (own !== undefined) return new Operand(own, x.shape, valuesOf(x));
    const producer = this.producers.get(x);
    if (producer === undefined) return null;
    const [source] = producer.inputs;
    const named = this.find(source) ?? (source.length === 1 ? new Operand("", source.shape, valuesOf(source)) : null);
    const through = viewsThrough[producer.operation];
    if (through !== undefined) return named?.through(through(source.shape, x.shape)) ?? null;
    if (named === null || !otherViews.has(producer.operation)) return null;
    return new Operand(`${producer.operation}(${named.name})`, x.shape, valuesOf(x));
  }
}

/** Views whose elements can be named in what they look at. */
const viewsThrough: Partial<
  Record<Node["operation"], (from: readonly number[], to: readonly number[]) => (i: number) => number>
> = {
  reshape: () => (i) => i,
  contiguous: () => (i) => i,
  // NumPy's broadcasting: dimensions are matched from the last on, and one of size 1 has one element for all
  expand: (from, to) => (i) => {
    const index = indexOf(to, i).slice(to.length - from.length);
    return from.reduce((place, size, d) => place * size + (size === 1 ? 0 : index[d]), 0);
  },
};

/** These are called by what they look at, and their elements by their own places. */
const otherViews: ReadonlySet<Node["operation"]> = new Set(["transpose", "permute", "select", "narrow", "slice"]);

export function valuesOf(x: Tensor): ArrayLike<number> {
  if (!x.alive) return [];
  return x.dtype === "int32" ? x.ints.array : x.floats.array;
}
