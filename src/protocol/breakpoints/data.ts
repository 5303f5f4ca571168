// Data breakpoints: what can be watched, under a name that stays the same from run to run, and the names of its conditions.

export type DataTarget =
  /** After its update. */
  | { readonly kind: "parameter"; readonly name: string }
  /** Of a parameter, when backward is over. */
  | { readonly kind: "gradient"; readonly name: string }
  /** What a layer's call returned; of a recurrent layer also one timestep, as soon as it is computed. */
  | { readonly kind: "activation"; readonly layer: string; readonly output: number; readonly timestep: number | null }
  /** ∂L/∂(what a layer's call returned), when backward is over. */
  | {
      readonly kind: "activationGradient";
      readonly layer: string;
      readonly output: number;
      readonly timestep: number | null;
    }
  /** A variable of one of the user's functions that holds a tensor, at the first event after it was assigned. */
  | { readonly kind: "variable"; readonly within: string; readonly name: string };

/** What a condition may use. */
export const dataNames: Readonly<Record<string, string>> = {
  changes: "‖new − old‖ / ‖old‖ between two iterations; `change` is the same",
  norm: "Euclidean norm",
  min: "smallest element",
  max: "largest element",
  mean: "mean",
  std: "standard deviation",
  zeros: "share of elements that are 0",
  zero: "are all elements 0?",
  finite: "is no element NaN or infinite?",
  iteration: "number of the iteration",
  epoch: "number of the epoch",
  change: "see `changes`",
};

/** Without a condition it stops at every change. */
export const defaultDataCondition = "changes > 0";

export interface DataBreakpointSpec {
  readonly id: number;
  readonly dataId: string;
  /** As the user wrote it; null: every change. */
  readonly condition: string | null;
  /** `5`, `>= 5`, `% 100`: at which of the times that it holds it stops. */
  readonly hitCondition: string | null;
}

export interface DataBreakpointRequests {
  /** Replaces the whole set. Works while running. Gives what is wrong with each, or null. */
  setDataBreakpoints: {
    params: { readonly breakpoints: readonly DataBreakpointSpec[] };
    result: { readonly problems: readonly (string | null)[] };
  };
  /** At a pause: what a child of a container, or (reference null) an expression, is. Null when it cannot be watched. */
  dataBreakpointInfo: {
    params: { readonly reference: number | null; readonly name: string };
    result: { readonly dataId: string | null; readonly description: string };
  };
}

/** `parameter:rnn.weight_hh_l0`, `activation:rnn[t=12]`, `activation:rnn#1`, `variable:CharRNN.forward/h` */
export function dataIdOf(target: DataTarget): string {
  switch (target.kind) {
    case "parameter":
    case "gradient":
      return `${target.kind}:${target.name}`;
    case "activation":
    case "activationGradient": {
      const output = target.output === 0 ? "" : `#${target.output}`;
      const timestep = target.timestep === null ? "" : `[t=${target.timestep}]`;
      return `${target.kind}:${target.layer}${output}${timestep}`;
    }
    case "variable":
      return `variable:${target.within}/${target.name}`;
  }
}

/** Null when it is none. */
export function parseDataId(dataId: string): DataTarget | null {
  const [, kind = "", rest = ""] = /^(\w+):(.*)$/s.exec(dataId) ?? [];
  if (kind === "parameter" || kind === "gradient") return rest === "" ? null : { kind, name: rest };
  if (kind === "variable") {
    const at = rest.lastIndexOf("/");
    return at < 0 ? null : { kind, within: rest.slice(0, at), name: rest.slice(at + 1) };
  }
  if (kind !== "activation" && kind !== "activationGradient") return null;
  const [, layer = "", output, timestep] = /^([^#[]*)(?:#(\d+))?(?:\[t=(\d+)\])?$/.exec(rest) ?? [];
  if (layer === "" && rest !== "") return null;
  return { kind, layer, output: Number(output ?? 0), timestep: timestep === undefined ? null : Number(timestep) };
}

/** For people: `gradient of rnn.weight_hh_l0`. */
export function describeTarget(target: DataTarget): string {
  switch (target.kind) {
    case "parameter":
      return target.name;
    case "gradient":
      return `gradient of ${target.name}`;
    case "activation":
    case "activationGradient": {
      const layer = target.layer === "" ? "the model" : target.layer;
      const which = target.output === 0 ? "output" : `output ${target.output}`;
      const timestep = target.timestep === null ? "" : ` at t = ${target.timestep}`;
      return `${target.kind === "activation" ? "" : "gradient of the "}${which} of ${layer}${timestep}`;
    }
    case "variable":
      return `${target.name} of ${target.within}`;
  }
}
