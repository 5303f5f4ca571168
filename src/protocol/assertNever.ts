// Closes a switch over a union: a case that was forgotten does not compile.

/** Reached only when data from outside breaks its own type; says which value did. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`);
}
