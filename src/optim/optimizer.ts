// What every optimizer is: groups of parameters with settings, a state for each parameter, and one update rule.
import { engine } from "../engine/engine.ts";
import type { FloatBuffer } from "../engine/kernels/kernels.ts";
import { Parameter } from "../engine/tensor.ts";

/** Parameters with settings of their own; what is not given is taken from the optimizer's options. */
export type ParameterGroup<O> = Partial<O> & { readonly parameters: readonly Parameter[] };

/** What an optimizer trains: a plain list, or groups as in `[{ parameters: head, learningRate: 1e-2 }, { parameters: rest }]`. */
export type Trained<O> = readonly Parameter[] | readonly ParameterGroup<O>[];

/** Settings that a schedule may change while training runs. */
export interface Settings {
  learningRate: number;
}

/** An optimizer's settings as its user's options, all given and changeable. */
export type SettingsOf<O> = { -readonly [K in keyof O]-?: Exclude<O[K], undefined> };

export interface Group<S extends Settings = Settings> {
  readonly parameters: readonly Parameter[];
  readonly settings: S;
}

/** What an optimizer remembers of one parameter. */
export class ParameterState {
  /** Updates so far: a parameter that was frozen for a while is corrected for its own number of steps, as in PyTorch. */
  steps = 0;
  readonly buffers = new Map<string, FloatBuffer>();
  /** All that has been made: a training that is taken back to before a first use needs no second memory for it. */
  readonly #made = new Map<string, FloatBuffer>();

  /** Memory under a name, made at its first use (filled with `initial`) and kept. */
  buffer(name: string, length: number, initial = 0): FloatBuffer {
    let buffer = this.buffers.get(name);
    if (buffer === undefined) {
      const { kernels } = engine();
      const earlier = this.#made.get(name);
      buffer = earlier ?? kernels.memory.floats(length, true);
      if (initial !== 0 || earlier !== undefined) kernels.fill(length, buffer, initial);
      this.buffers.set(name, buffer);
      this.#made.set(name, buffer);
    }
    return buffer;
  }
}

export abstract class Optimizer<S extends Settings = Settings> {
  /** For people and the inspector: `Adam`. */
  abstract readonly name: string;
  /** Number of steps taken. */
  t = 0;
  readonly groups: readonly Group<S>[];
  /** Of all groups, in their order. */
  readonly parameters: readonly Parameter[];
  /** In the order of `parameters`. */
  readonly states: readonly ParameterState[];

  /** @throws ModelError for no parameters, one that is in two groups, or settings out of range */
  constructor(trained: Trained<Partial<S>>, defaults: S) {
    this.groups = groupsOf(trained, defaults);
    this.parameters = this.groups.flatMap(({ parameters }) => parameters);
    this.states = this.parameters.map(() => new ParameterState());
    if (this.parameters.length === 0) throw engine().error("optimizer: the model has no parameters to train");
    if (new Set(this.parameters).size < this.parameters.length)
      throw engine().error(
        "optimizer: a parameter is in two groups, or twice in one; each may be trained by one rule only",
      );
    for (const { settings } of this.groups) this.checkAll(settings);
  }

  /** Learning rate of the first group; setting it sets that of all groups. */
  get learningRate(): number {
    return this.groups[0].settings.learningRate;
  }

  set learningRate(value: number) {
    for (const { settings } of this.groups) settings.learningRate = value;
  }

  /**
   * Changes one setting of a group between two steps, as somebody does who watches the training.
   * @throws ModelError when there is no such setting, or the value is of another type or out of range; then nothing has changed
   */
  change(group: Group, name: string, value: unknown): void {
    const own = this.groups.find((candidate) => candidate === group);
    if (own === undefined || !Object.hasOwn(own.settings, name)) {
      const names = Object.keys(group.settings).join(", ");
      throw engine().error(`${this.name} has no setting "${name}"; it has ${names}`);
    }
    const { settings } = own;
    const before: unknown = Reflect.get(settings, name);
    if (kindOf(value) !== kindOf(before)) {
      throw engine().error(`${this.name}: ${name} is a ${kindOf(before)}, but the value is a ${kindOf(value)}`);
    }
    Reflect.set(settings, name, value);
    try {
      this.checkAll(settings);
    } catch (error) {
      Reflect.set(settings, name, before);
      throw error;
    }
  }

  /** One step of all parameters that have a gradient and are not frozen; `updated` is called after each. */
  step(updated?: (parameter: Parameter) => void): void {
    this.t++;
    let i = 0;
    for (const { parameters, settings } of this.groups) {
      for (const parameter of parameters) {
        const state = this.states[i++];
        if (!parameter.requiresGrad || !parameter.hasGradient) continue;
        state.steps++;
        this.update(parameter, state, settings);
        updated?.(parameter);
      }
    }
  }

  /** The optimizer's own state of one parameter, by name, for the debugger: `m`, `v`. */
  state(index: number): readonly (readonly [string, FloatBuffer])[] {
    return [...this.states[index].buffers];
  }

  /** Momentum of a group, or what stands for it (β₁ in Adam); null when the rule has none. */
  momentumOf(_group: Group<S>): number | null {
    return null;
  }

  setMomentum(_group: Group<S>, _value: number): void {}

  private checkAll(settings: S): void {
    const { learningRate } = settings;
    if (!Number.isFinite(learningRate) || learningRate < 0) {
      throw engine().error(`optimizer: the learning rate must be a number of at least 0, but it is ${learningRate}`);
    }
    this.check(settings);
  }

  /** @throws ModelError when a group's settings are out of range */
  protected abstract check(settings: S): void;

  /** Changes one parameter by its gradient. `state.steps` has been counted already. */
  protected abstract update(parameter: Parameter, state: ParameterState, settings: S): void;
}

/** @throws ModelError naming rule, setting and value when it is not a number of at least 0 */
export function checkNotNegative(rule: string, settings: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (!(value >= 0)) throw engine().error(`${rule}: ${name} must be a number of at least 0, but it is ${value}`);
  }
}

/** `number`, `boolean`, `list of 2 numbers`. */
function kindOf(value: unknown): string {
  if (!Array.isArray(value)) return typeof value;
  const numbers = value.every((entry) => typeof entry === "number");
  return `list of ${value.length} ${numbers ? "numbers" : "values"}`;
}

function groupsOf<S extends Settings>(trained: Trained<Partial<S>>, defaults: S): readonly Group<S>[] {
  const plain: Parameter[] = [];
  const groups: Group<S>[] = [];
  for (const entry of trained) {
    if (entry instanceof Parameter) plain.push(entry);
    else {
      const { parameters, ...own } = entry;
      groups.push({ parameters, settings: { ...defaults, ...own } });
    }
  }
  if (plain.length > 0 && groups.length > 0)
    throw engine().error("optimizer: give a list of parameters or a list of groups, not a mixture");
  return groups.length > 0 ? groups : [{ parameters: plain, settings: { ...defaults } }];
}
