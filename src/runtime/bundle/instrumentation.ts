// What the instrumented model file calls while it runs: the contract between the loader and the runtime.

/**
 * Name of the free variable through which the instrumented script reaches its `Instrumentation`. Names that begin with it
 * are not for model files.
 */
export const instrumentationName = "__gd";

/**
 * There is one current site. `at` and `enter` set it, `leave` and `exit` set it back to the caller's, so that after a
 * nested call the caller's own statement is current again.
 *
 * A function that throws calls neither `leave` nor `exit`: an implementation must restore from `previous` alone and must
 * not count calls.
 */
export interface Instrumentation {
  /** The statement `site` is about to run; for a loop, also before each further test. */
  at(site: number): void;
  /**
   * A function is entered, or an expression that creates an object is about to be evaluated.
   * @param self `this` of a method or function; left out in constructors, arrow functions and `new` expressions
   * @returns what `leave` or `exit` needs to restore the caller; the caller's site, say
   */
  enter(site: number, self?: unknown): number;
  leave(previous: number): void;
  /** Does what `leave` does, and returns `value`. */
  exit<T>(previous: number, value: T): T;
  /** Variables of the user, by the names they have in the user's file, right after they got these values. */
  named(site: number, values: Readonly<Record<string, unknown>>): void;
}
