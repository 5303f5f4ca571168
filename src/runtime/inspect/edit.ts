// Changing values at a pause: elements, whole tensors and hyper-parameters, checked by type, shape and range.
import { Tensor } from "../../training/engine.ts";
import type { TrainingRun } from "../../training/run.ts";
import { evaluate } from "./expression.ts";
import type { Named, ValueSource } from "./named.ts";
import type { Pause } from "./scopes.ts";
import { targetOf } from "./syntax.ts";
import { assignTensor, elementAt, sourceOf } from "./tensors/elements.ts";

/**
 * Changes a child that the variables view shows.
 * @throws Error saying why it cannot be changed, or naming both shapes or the range; then nothing has changed
 */
export function assignNamed(child: Named, text: string, pause: Pause, source: ValueSource): void {
  const value = typedValue(text, pause);
  // `3` says little, and `h` and `rnn.bias_hh_l0` say enough
  const name = /^\d+$/.test(child.name) ? child.evaluateName || child.name : child.name;
  if (child.assign !== undefined) child.assign(value);
  else assignValue(child.value, value, name, pause, source);
}

/** Changes what an expression names. @throws Error as `assignNamed` does */
export function assignExpression(expression: string, text: string, pause: Pause, source: ValueSource): void {
  const value = typedValue(text, pause);
  const target = targetOf(expression);
  if (target.kind === "member") {
    const base = evaluate(target.base, pause);
    if (assignSetting(base, target.name, value, pause.run)) return;
  }
  if (target.kind === "index") {
    const base = evaluate(target.base, pause);
    const indices = target.indices.map((index) => evaluate(index, pause));
    if (base instanceof Tensor) {
      assignIn(base, indices, value, expression, pause, source);
      return;
    }
    if (assignEntry(base, indices, value, pause.run)) return;
  }
  assignValue(evaluate(expression, pause), value, expression, pause, source);
}

/** `x[i, …] = value` */
function assignIn(
  base: Tensor,
  indices: readonly unknown[],
  value: unknown,
  name: string,
  pause: Pause,
  source: ValueSource,
): void {
  // the error of an index out of range comes first
  elementAt(base, indices);
  let part = sourceOf(base);
  for (const index of indices) part = part.select(0, Number(index));
  assignValue(part, value, name, pause, source);
}

function assignValue(target: unknown, value: unknown, name: string, pause: Pause, source: ValueSource): void {
  if (!(target instanceof Tensor)) {
    throw new Error(`${name} cannot be changed: elements of tensors, whole tensors and the optimizer's settings can`);
  }
  if (!source.isLive(target)) {
    throw new Error(
      `${name} cannot be changed: the run does not compute with it, it was made by the expression or belongs to what is shown only`,
    );
  }
  const tensor = sourceOf(target);
  if (tensor.dtype === "int32") checkWhole(tensor, value, name, pause.run);
  assignTensor(tensor, value, name);
}

/** A setting of the optimizer: of all groups for `optimizer.learningRate`, else of the one group. */
function assignSetting(base: unknown, name: string, value: unknown, { optimizer }: TrainingRun): boolean {
  if (base === optimizer && name === "learningRate") {
    for (const group of optimizer.groups) optimizer.change(group, name, value);
    return true;
  }
  const group = optimizer.groups.find(({ settings }) => settings === base);
  if (group === undefined) return false;
  optimizer.change(group, name, value);
  return true;
}

/** `optimizer.groups[0].settings.betas[1] = value` */
function assignEntry(base: unknown, indices: readonly unknown[], value: unknown, { optimizer }: TrainingRun): boolean {
  for (const group of optimizer.groups) {
    for (const [name, list] of Object.entries(group.settings)) {
      if (list !== base || !Array.isArray(list)) continue;
      optimizer.change(group, name, Object.assign([...list], { [String(indices.at(-1))]: value }));
      return true;
    }
  }
  return false;
}

/**
 * Backward trusts tokens and classes that forward has checked, so that one out of range must not get in after it; before
 * forward has come to them it is forward that checks.
 */
function checkWhole(tensor: Tensor, value: unknown, name: string, { engine }: TrainingRun): void {
  const readers = engine.tape.filter(({ inputs }) => inputs.some((input) => sharesMemory(input, tensor)));
  if (readers.length === 0) return;
  const present = tensor.toFlatArray();
  const largest = present.reduce((a, b) => Math.max(a, b), 0);
  const highest = Math.min(
    ...readers.map(({ operation, inputs }) => {
      if (operation === "embedding") return inputs[1].shape[0] - 1;
      return operation === "cross entropy" ? (inputs[0].shape.at(-1) ?? 1) - 1 : largest;
    }),
  );
  const lowest = present.reduce((a, b) => Math.min(a, b), 0);
  const numbers: unknown[] =
    typeof value === "number" ? [value] : value instanceof Tensor ? value.toFlatArray() : [value].flat(9);
  for (const number of numbers) {
    if (typeof number === "number" && number >= lowest && number <= highest) continue;
    throw new Error(`${name} takes whole numbers from ${lowest} to ${highest} here, so ${String(number)} does not fit`);
  }
}

/** Do the whole numbers of `part` lie within those of `whole`? */
export function sharesMemory(whole: Tensor, part: Tensor): boolean {
  if (whole.dtype !== "int32" || part.dtype !== "int32" || !whole.alive) return false;
  const [first, second] = [whole.ints, part.ints];
  const offset = second.array.byteOffset - first.array.byteOffset;
  const same = first.ptr !== 0 ? second.ptr !== 0 : first.array.buffer === second.array.buffer;
  return same && offset >= 0 && offset + second.array.byteLength <= first.array.byteLength;
}

/** The value that a user typed; numbers also as they are shown, with a minus sign and ∞. */
function typedValue(text: string, pause: Pause): unknown {
  return evaluate(text.replaceAll("−", "-").replaceAll("∞", "Infinity"), pause);
}
