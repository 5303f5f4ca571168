// What may follow in a half-typed expression: names of the pause, members of what stands before the last dot, parameters.
import type { CompletionInfo } from "../../protocol/values.ts";
import { Module, Tensor } from "../../training/engine.ts";
import { evaluate, expressionNames } from "./expression.ts";
import { formatShape } from "./format.ts";
import type { Pause } from "./scopes.ts";

/** Members of a tensor that an expression has use for; `at` and indices are ours. */
const tensorProperties = ["shape", "dtype", "length", "grad", "requiresGrad"];
const tensorMethods =
  "norm mean std sum min max item at abs neg exp log sqrt square reciprocal relu sigmoid tanh softmax pow clamp add sub mul div matmul maximum minimum gt ge lt le eq ne argmax gather indexSelect maskedFill reshape permute expand unsqueeze squeeze flatten slice split transpose select narrow toArray toFlatArray detach".split(
    " ",
  );

/**
 * Completions for `text` at an offset, best first. What stands before a dot is evaluated, as it only reads; nothing comes
 * of what cannot be.
 */
export function completions(text: string, offset: number, pause: Pause): readonly CompletionInfo[] {
  const before = text.slice(0, offset);
  const quoted = /\bparameter\(\s*["'`]([^"'`]*)$/.exec(before);
  if (quoted !== null) return parameterNames(quoted[1], pause);
  const member = /\.\s*([\p{L}_$][\p{L}\p{N}_$]*)?$/u.exec(before);
  if (member !== null) return matching(membersBefore(before.slice(0, member.index), pause), member[1] ?? "");
  const word = /[\p{L}_$][\p{L}\p{N}_$]*$/u.exec(before)?.[0] ?? "";
  // inside of a number or a text there is nothing to complete
  if (/\d$/.test(before) && word === "") return [];
  return matching(topLevel(pause), word);
}

type Candidate = Omit<CompletionInfo, "replaces">;

/** Those that begin with the word, then those that contain it, whatever the case. */
function matching(candidates: readonly Candidate[], word: string): readonly CompletionInfo[] {
  const wanted = word.toLowerCase();
  const begins = candidates.filter(({ label }) => label.toLowerCase().startsWith(wanted));
  const contains = candidates.filter(({ label }) => label.toLowerCase().indexOf(wanted) > 0);
  return [...begins, ...(wanted === "" ? [] : contains)].map((found) => ({ ...found, replaces: word.length }));
}

function topLevel(pause: Pause): readonly Candidate[] {
  const names = [...expressionNames(pause)].filter(([, value]) => value !== undefined);
  return [["this", pause.frame?.self ?? pause.run.model] as const, ...names].map(([label, value]) =>
    candidate(label, value, "variable"),
  );
}

function parameterNames(begun: string, pause: Pause): readonly CompletionInfo[] {
  const all = [...pause.run.model.stateDict()].map(([label, value]) => candidate(label, value, "value"));
  return matching(all, begun);
}

function membersBefore(text: string, pause: Pause): readonly Candidate[] {
  const base = lastOperand(text);
  if (base === "") return [];
  try {
    return membersOf(evaluate(base, pause), pause);
  } catch {
    return []; // half of an expression: nothing is known of it yet
  }
}

function membersOf(value: unknown, pause: Pause): readonly Candidate[] {
  if (value instanceof Tensor) {
    const properties = tensorProperties.map((label) => candidate(label, Reflect.get(value, label), "property"));
    return [...properties, ...tensorMethods.map((label) => ({ label, type: "method", detail: "" }) as const)];
  }
  if (value instanceof Module) {
    const fields = [...value.ownParameters(), ...value.ownBuffers(), ...value.namedChildren()];
    return fields
      .filter(([name]) => !/^\d/.test(name))
      .map(([label, field]) => candidate(label, field, field instanceof Module ? "module" : "field"));
  }
  if (value === pause.run.optimizer) {
    const { learningRate, groups, parameters, t } = pause.run.optimizer;
    return Object.entries({ learningRate, groups, parameters, t }).map(([label, v]) => candidate(label, v, "property"));
  }
  if (Array.isArray(value)) {
    return ["length", "at", "map", "filter", "slice", "join"].map((label) =>
      candidate(label, Reflect.get(value, label), "property"),
    );
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).map(([label, v]) => candidate(label, v, "property"));
}

function candidate(label: string, value: unknown, type: CompletionInfo["type"]): Candidate {
  return {
    label,
    type: typeof value === "function" ? (type === "variable" ? "function" : "method") : type,
    detail: detailOf(value),
  };
}

function detailOf(value: unknown): string {
  if (value instanceof Tensor) return formatShape(value.shape);
  if (value instanceof Module) return value.constructor.name;
  return typeof value === "number" ? "number" : "";
}

/** The operand that ends the text: a chain of names, calls and brackets, `x.mul(a + b)[0]` in `y + x.mul(a + b)[0]`. */
function lastOperand(text: string): string {
  let start = text.length;
  let depth = 0;
  while (start > 0) {
    const c = text[start - 1];
    if (c === ")" || c === "]") depth++;
    else if ((c === "(" || c === "[") && depth === 0) break;
    else if (c === "(" || c === "[") depth--;
    else if (depth === 0 && !/[\p{L}\p{N}_$.?!]/u.test(c)) break;
    start--;
  }
  return depth === 0 ? text.slice(start).replace(/[?!]+$/, "") : "";
}
