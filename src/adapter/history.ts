// "goto" of DAP: places in other iterations under numbers. The number of an iteration stands for its beginning.
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import type { IterationPlace } from "../protocol/history.ts";
import type { Position } from "../protocol/position.ts";
import { errors } from "./dap.ts";

/** Added to the number of an iteration it stands for the place in it that the run is paused at now. */
const sameHere = 2 ** 30;

/**
 * What can be gone to from a pause: this iteration and those beside it. `goto` takes the number of any other iteration too.
 * @param here name of the place that the run is paused at
 * @param last number of the last iteration
 */
export function gotoTargets({ iteration, kind }: Position, here: string, last: number, line: number): Dap.GotoTarget[] {
  const known = (candidate: number) => candidate >= 1 && candidate <= last;
  const beside = [iteration + 1, iteration - 1].filter(known);
  const same = kind === "entry" ? [] : beside;
  const beginnings = [iteration, ...beside].filter(known);
  return [
    ...same.map((n) => ({ id: sameHere + n, label: `${here} of iteration ${n}`, line })),
    ...beginnings.map((n) => ({ id: n, label: `Beginning of iteration ${n}`, line })),
    { id: 0, label: "Before the first iteration", line },
  ];
}

/** @throws RequestError when it is no number of a target */
export function placeOf(targetId: unknown): { readonly iteration: number; readonly place: IterationPlace } {
  if (typeof targetId !== "number" || !Number.isInteger(targetId) || targetId < 0) {
    throw errors.badArguments(`"targetId" must be the number of an iteration or of a target of "gotoTargets"`);
  }
  return targetId >= sameHere
    ? { iteration: targetId - sameHere, place: "here" }
    : { iteration: targetId, place: "beginning" };
}
