// `learningRate = 0.01` typed into the console: a change that needs no pause. Knows no runtime.
import type { Settings } from "../protocol/settings.ts";
import type { Arguments, Body } from "./dap.ts";

const assignment = /^\s*(?:optimizer\.)?(learningRate|clipGradNorm)\s*=\s*([^=].*?)\s*;?\s*$/;

/** The setting that this console line changes, or null when it is something else. */
export function settingIn({ expression, context = "repl" }: Arguments<"evaluate">): Partial<Settings> | null {
  if (context !== "repl" || typeof expression !== "string") return null;
  const [, name, text] = assignment.exec(expression) ?? [];
  if (name === undefined) return null;
  const value = text === "null" ? null : Number(text);
  // a calculation is for the run to evaluate
  if (Number.isNaN(value)) return null;
  return name === "clipGradNorm" ? { clipGradNorm: value } : value === null ? null : { learningRate: value };
}

/** What the console answers. */
export function settingResult(asked: Partial<Settings>, { learningRate, clipGradNorm }: Settings): Body<"evaluate"> {
  const value = asked.learningRate === undefined ? clipGradNorm : learningRate;
  return { result: String(value), variablesReference: 0 };
}
