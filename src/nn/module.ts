// Modules: layers with parameters and a forward(), found by walking the fields that hold them.

import { filled } from "../engine/create.ts";
import { engine, type ScopeOwner } from "../engine/engine.ts";
import { Parameter, Tensor } from "../engine/tensor.ts";
import { setTrainable } from "./freeze.ts";

/** Values by state-dict name: parameters and buffers. */
export type StateDict = ReadonlyMap<string, Tensor>;

/**
 * Numbers that belong to a module's state but that no optimizer changes, such as running statistics: persistent, without a
 * gradient, saved and loaded with the weights. Made from a tensor, whose values it copies.
 */
export class Buffer extends Tensor {
  constructor(values: Tensor) {
    const { kernels } = engine();
    const memory = kernels.memory.floats(values.length, true);
    kernels.copy(values.length, values.floats, memory);
    super(memory, values.shape, { persistent: true });
  }
}

/**
 * Base class of layers and models. Fields that hold a Module or a Parameter are found by their names, which together form
 * PyTorch's state-dict names (`encoder.0.weight`).
 */
export abstract class Module {
  /** Pause site that was running when this module was made: the user's line that created it. −1 when unknown. */
  readonly creationSite = engine().here.site;
  /** True while training, false in validation; see `train()` and `eval()`. */
  training = true;

  /** A layer narrows both types; what is called through this base class must be looked at before it is used. */
  abstract forward(...inputs: unknown[]): unknown;

  /** Direct children by field name, in the order in which the fields were set. */
  namedChildren(): [string, Module][] {
    return Object.entries(this).filter((entry): entry is [string, Module] => entry[1] instanceof Module);
  }

  /** This module and all below it, by dotted path; a module that is used twice appears once, under its first path. */
  namedModules(): [string, Module][] {
    const seen = new Set<Module>();
    const out: [string, Module][] = [];
    const walk = (path: string, module: Module) => {
      if (seen.has(module)) return;
      seen.add(module);
      out.push([path, module]);
      for (const [name, child] of module.namedChildren()) walk(path === "" ? name : `${path}.${name}`, child);
    };
    walk("", this);
    return out;
  }

  /** Parameters that this module itself holds, without those of its children. */
  ownParameters(): [string, Parameter][] {
    return Object.entries(this).filter((entry): entry is [string, Parameter] => entry[1] instanceof Parameter);
  }

  /** All parameters by state-dict name; a parameter that is shared appears once. */
  namedParameters(): [string, Parameter][] {
    const seen = new Set<Parameter>();
    const out: [string, Parameter][] = [];
    for (const [path, module] of this.namedModules()) {
      for (const [name, parameter] of module.ownParameters()) {
        if (seen.has(parameter)) continue;
        seen.add(parameter);
        out.push([path === "" ? name : `${path}.${name}`, parameter]);
      }
    }
    return out;
  }

  /** Buffers that this module itself holds, without those of its children. */
  ownBuffers(): [string, Buffer][] {
    return Object.entries(this).filter((entry): entry is [string, Buffer] => entry[1] instanceof Buffer);
  }

  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** Parameters and buffers by name; each module's own parameters, then its buffers, then its children. */
  stateDict(): StateDict {
    const seen = new Set<Tensor>();
    const out = new Map<string, Tensor>();
    for (const [path, module] of this.namedModules()) {
      for (const [name, tensor] of [...module.ownParameters(), ...module.ownBuffers()]) {
        if (seen.has(tensor)) continue;
        seen.add(tensor);
        out.set(path === "" ? name : `${path}.${name}`, tensor);
      }
    }
    return out;
  }

  /**
   * Copies values into the parameters and buffers of the same names.
   * @throws ModelError naming every one that is missing, left over, or of another shape
   */
  loadStateDict(
    values: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>,
  ): void {
    const own = this.stateDict();
    const problems: string[] = [];
    for (const [name, parameter] of own) {
      const given = values.get(name);
      if (given === undefined) problems.push(`${name} is missing`);
      else if (given.shape.join() !== parameter.shape.join()) {
        problems.push(
          `${name} has shape [${given.shape.join(", ")}], but the model's is [${parameter.shape.join(", ")}]`,
        );
      }
    }
    for (const name of values.keys()) if (!own.has(name)) problems.push(`${name} is not a parameter of this model`);
    if (problems.length > 0) throw engine().error(`the weights do not fit the model: ${problems.join("; ")}`);
    for (const [name, parameter] of own) {
      const given = values.get(name);
      if (given !== undefined) parameter.floats.array.set(Array.from(given.data));
    }
  }

  /** Sets training mode on this module and all below it. */
  train(mode = true): this {
    for (const [, module] of this.namedModules()) module.training = mode;
    return this;
  }

  /** Sets evaluation mode: dropout off, running statistics fixed. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Freezes the parameters whose state-dict names match: they keep their values, have no gradient and no memory for one, and
   * backward does no work below the lowest parameter that is trained. `*` stands for anything between two dots, `**` for
   * anything: `embed.*`, `layers.0.**`, `**.bias`.
   * @throws ModelError listing the names when none matches
   */
  freeze(pattern: string): this {
    setTrainable(this.namedParameters(), pattern, false);
    return this;
  }

  /** Undoes `freeze`. The optimizer goes on with what it remembers of these parameters. */
  unfreeze(pattern: string): this {
    setTrainable(this.namedParameters(), pattern, true);
    return this;
  }

  /** Forgets what is carried from batch to batch; a stateful recurrent layer begins from zeros again. */
  resetState(): void {}

  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.zeroGrad();
  }
}

/** A new parameter, filled by `value` in row-major order. */
export function parameter(shape: readonly number[], value: () => number): Parameter {
  return new Parameter(filled(shape, value));
}

/** @throws ModelError when a size is not a whole number above zero */
export function checkSizes(layer: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isInteger(size) || size < 1) {
      throw engine().error(`${layer}: ${name} must be a whole number of at least 1, but it is ${size}`);
    }
  }
}

/**
 * Makes every call of a module's forward() a scope of the engine, so that operations are known by their layer.
 * Called once, when training has made the model.
 */
export function nameScopes(model: Module): void {
  for (const [path, module] of model.namedModules()) {
    const owner: ScopeOwner = { path, type: module.constructor.name };
    const forward = module.forward.bind(module);
    Object.defineProperty(module, "forward", {
      configurable: true,
      value: (...inputs: unknown[]) => engine().call(owner, () => forward(...inputs), tensorsOf),
    });
  }
}

/** The tensors that a forward() returned, in order, also out of nested tuples such as LSTM's. */
export function tensorsOf(result: unknown): readonly Tensor[] {
  if (result instanceof Tensor) return [result];
  return Array.isArray(result) ? result.flatMap(tensorsOf) : [];
}
