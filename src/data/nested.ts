// Nested arrays of numbers, as users write them, made into one flat array with a shape. Knows nothing of files.
import { DataError } from "../engine/errors.ts";
import type { Samples } from "./samples.ts";
import type { PlainArray } from "./source.ts";

type Numbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array;

/** A number, an array of numbers (typed or not), or an array of such arrays, all of one shape. */
export type NestedNumbers = number | Numbers | readonly NestedNumbers[];

/** `float`: float32 values. `int`: 32-bit integers, for token numbers and class numbers. */
export type ElementType = "float" | "int";

/** What the options say about the element types. */
export interface ElementOptions {
  /** Default `"float"`; say `"int"` for token numbers that go into an Embedding. */
  inputType?: ElementType;
  /**
   * Default: `"int"` when there is one target for each sample and all targets are whole numbers of at least 0, so that
   * they are class numbers; else `"float"`. Say `"float"` for a regression onto whole numbers.
   */
  targetType?: ElementType;
}

/**
 * Stacked samples from nested arrays whose first dimension counts the samples.
 * @throws DataError (row: sample, column: place in the sample, both from 1) when they are ragged, not finite or differ.
 */
export function samplesFromNested(
  name: string,
  given: { readonly input: NestedNumbers; readonly target: NestedNumbers },
  types: ElementOptions,
): Samples {
  const input = flatten(name, "input", given.input);
  const target = flatten(name, "target", given.target);
  if (input.shape[0] !== target.shape[0]) {
    throw new DataError(
      `input has ${input.shape[0]} samples, target has ${target.shape[0]}; each sample needs one of both`,
      name,
    );
  }
  return {
    input: typed(name, "input", input, types.inputType ?? "float"),
    target: typed(name, "target", target, types.targetType ?? (countsClasses(target) ? "int" : "float")),
  };
}

/** Which element type an array has: the validation part must follow the training part. */
export function elementType(array: PlainArray): ElementType {
  return array.data instanceof Int32Array ? "int" : "float";
}

interface Flat {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

function flatten(name: string, part: string, value: NestedNumbers): Flat {
  const shape = shapeOf(value);
  if (shape.length === 0) {
    throw new DataError(`${part} is ${kindOf(value)}; it must be an array with one entry for each sample`, name);
  }
  if (shape[0] === 0) throw new DataError(`${part} is empty; it needs at least one sample`, name);
  const data = new Float64Array(shape.reduce((product, size) => product * size, 1));
  const path: number[] = [];
  let next = 0;

  function fill(v: NestedNumbers, depth: number): void {
    if (depth === shape.length) {
      if (typeof v !== "number") fail(`is ${kindOf(v)}, but ${firstOf(part, depth)} is a number`);
      if (!Number.isFinite(v)) fail(`is ${v}; every value must be a finite number`);
      if (!Number.isFinite(Math.fround(v))) fail(`is ${v}, too large for float32 (at most 3.4e38)`);
      data[next++] = v;
      return;
    }
    if (!isArray(v)) fail(`is ${kindOf(v)}, but ${firstOf(part, depth)} is an array of ${shape[depth]}`);
    if (v.length !== shape[depth]) {
      fail(`has ${v.length} values, but ${firstOf(part, depth)} has ${shape[depth]}; all samples need the same shape`);
    }
    for (let i = 0; i < v.length; i++) {
      path[depth] = i;
      fill(v[i], depth + 1);
    }
    path.length = depth;
  }

  function fail(what: string): never {
    const place = path.map((i) => `[${i}]`).join("");
    throw new DataError(`${part}${place} ${what}`, name, path.length > 0 ? path[0] + 1 : 0, (path[1] ?? -1) + 1);
  }

  fill(value, 0);
  return { shape, data };
}

function typed(name: string, part: string, { shape, data }: Flat, type: ElementType): PlainArray {
  if (type === "float") return { shape, data: Float32Array.from(data) };
  const wrong = data.findIndex((v) => v !== (v | 0));
  if (wrong >= 0) {
    const size = data.length / shape[0];
    throw new DataError(
      `${part} holds ${data[wrong]}, which is not a 32-bit whole number; say ${part}Type: "float" if it is no class or token number`,
      name,
      Math.floor(wrong / size) + 1,
      shape.length > 1 ? (wrong % size) + 1 : 0,
    );
  }
  return { shape, data: Int32Array.from(data) };
}

function countsClasses({ shape, data }: Flat): boolean {
  return shape.length === 1 && data.every((v) => v >= 0 && v === (v | 0));
}

function shapeOf(value: NestedNumbers): number[] {
  const shape: number[] = [];
  let v: NestedNumbers = value;
  while (isArray(v)) {
    shape.push(v.length);
    v = v[0];
  }
  return shape;
}

function isArray(v: NestedNumbers): v is Numbers | readonly NestedNumbers[] {
  return Array.isArray(v) || (ArrayBuffer.isView(v) && "length" in v);
}

function firstOf(part: string, depth: number): string {
  return part + "[0]".repeat(depth);
}

function kindOf(v: NestedNumbers | null | undefined): string {
  if (v === null || v === undefined) return String(v);
  if (isArray(v)) return `an array of ${v.length}`;
  return typeof v === "string" ? JSON.stringify(v) : `a ${typeof v}`;
}
