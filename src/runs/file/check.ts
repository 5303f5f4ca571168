// Tells whether unknown data have the shape of a type: what was read from a file is not believed before. Knows no file.

export type Check<T> = (value: unknown) => value is T;

export const isText: Check<string> = (value): value is string => typeof value === "string";
/** NaN and infinities are numbers: runs have them. */
export const isNumber: Check<number> = (value): value is number => typeof value === "number";
export const isWhole: Check<number> = (value): value is number => Number.isSafeInteger(value);
export const isFlag: Check<boolean> = (value): value is boolean => typeof value === "boolean";

export function orNull<T>(check: Check<T>): Check<T | null> {
  return (value): value is T | null => value === null || check(value);
}

export function orMissing<T>(check: Check<T>): Check<T | undefined> {
  return (value): value is T | undefined => value === undefined || check(value);
}

export function listOf<T>(check: Check<T>): Check<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every((item) => check(item));
}

export function oneOf<const T extends string>(...words: readonly T[]): Check<T> {
  return (value): value is T => words.some((word) => word === value);
}

/** An object whose fields fit; fields that are not asked for do no harm. */
export function shape<T extends object>(fields: { readonly [K in keyof T]-?: Check<T[K]> }): Check<T> {
  const checks = Object.entries<Check<unknown>>(fields);
  return (value): value is T =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    checks.every(([name, check]) => check(Object.getOwnPropertyDescriptor(value, name)?.value));
}
