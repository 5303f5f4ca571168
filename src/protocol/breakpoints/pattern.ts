// Function breakpoints: which layers, timesteps or parameters a pattern means.
import type { Phase } from "../position.ts";
import { ExpressionError } from "./expressionError.ts";
import { suggestion } from "./nearest.ts";

export interface Pattern {
  /** Empty: every event of the phases. */
  readonly path: string;
  readonly timestep: number | "each" | null;
  /** Null when the user did not say. */
  readonly phase: Phase | null;
}

/** What a pattern is matched with. */
export interface Names {
  /** The model's class. */
  readonly model: string;
  /** Dotted paths, without the model's own empty one. */
  readonly layers: readonly string[];
  readonly parameters: readonly string[];
}

export type Matches =
  /** Dotted paths; the model's own is empty. */
  | { readonly kind: "layers"; readonly paths: readonly string[] }
  | { readonly kind: "parameters"; readonly names: readonly string[] }
  /** Everything in one phase. */
  | { readonly kind: "phase" };

const phases: readonly Phase[] = ["forward", "loss", "backward", "update"];
const form = /^([^\s[\]]*)(?:\[t\s*=\s*(\d+|\*)\])?(?:\s+(\S+))?$/;

/**
 * Reads the name of a function breakpoint: `PATH`, `PATH[t=12]` or `PATH[t=*]`, each with a phase after it if wanted
 * (`rnn[t=12] backward`), or a phase alone. PATH is the dotted path of a layer (`encoder.0`), the class of the model, or the
 * name of a parameter (`rnn.weight_hh_l0`); in it `*` stands for anything between two dots and `**` for anything, as in
 * `freeze`. Without a phase a layer stops in forward and backward, once a call; with `[t=12]` at that timestep, with
 * `[t=*]` at each; in `update` when the first of its parameters has been changed. A parameter stops at its update.
 * @throws ExpressionError when it cannot be read
 */
export function parsePattern(text: string): Pattern {
  const trimmed = text.trim();
  const found = form.exec(trimmed);
  if (found === null || trimmed === "") {
    throw new ExpressionError(
      `a function breakpoint names a layer or a parameter: rnn, encoder.*, rnn[t=12], **.weight, rnn backward; this is “${text}”`,
      0,
    );
  }
  const [, path, timestep, word] = found;
  if (word === undefined && phases.some((phase) => phase === path))
    return { path: "", timestep: null, phase: phaseOf(path, text) };
  const phase = word === undefined ? null : phaseOf(word, text);
  if (phase === "update" && timestep !== undefined) {
    throw new ExpressionError("the update has no timesteps: parameters are shared by all of them", text.indexOf("["));
  }
  return { path, timestep: timestep === undefined ? null : timestep === "*" ? "each" : Number(timestep), phase };
}

/**
 * What a pattern means in a model: layers when one has such a path, else parameters.
 * @throws ExpressionError with the nearest names when nothing has
 */
export function matchPattern({ path, timestep, phase }: Pattern, names: Names): Matches {
  if (path === "") return { kind: "phase" };
  if (path === names.model) return { kind: "layers", paths: [""] };
  const expression = globExpression(path);
  const layers = names.layers.filter((name) => expression.test(name));
  if (layers.length > 0) return { kind: "layers", paths: layers };
  const parameters = names.parameters.filter((name) => expression.test(name));
  if (parameters.length === 0) {
    const all = [names.model, ...names.layers, ...(path.includes(".") ? names.parameters : [])];
    throw new ExpressionError(`no layer and no parameter is named like “${path}”${suggestion(path, all)}`, 0);
  }
  if (timestep !== null || (phase !== null && phase !== "update")) {
    throw new ExpressionError(`“${path}” is a parameter, which stops at its update only`, 0);
  }
  return { kind: "parameters", names: parameters };
}

/** `*`: anything between two dots; `**`: anything. */
function globExpression(pattern: string): RegExp {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) => (part === "**" ? ".*" : part === "*" ? "[^.]*" : part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")));
  return new RegExp(`^${source.join("")}$`);
}

function phaseOf(word: string, text: string): Phase {
  const phase = phases.find((name) => name === word);
  if (phase !== undefined) return phase;
  throw new ExpressionError(
    `“${word}” is no phase${suggestion(word, phases)}; a phase is one of ${phases.join(", ")}`,
    text.lastIndexOf(word),
  );
}
