// Calls a function soon, but never more often than its pace. Knows no page.

export interface Paced {
  /** Asks for a call; several requests before it happens make one. */
  request(): void;
  /** Calls now if a call is due. */
  flush(): void;
}

/**
 * At least `milliseconds` lie between two calls, and at least five times as long as the last call took, so that a slow one
 * leaves the processor to others. `now` and `later` are in milliseconds, as `performance.now` and `setTimeout` have them.
 */
export function pace(
  run: () => void,
  milliseconds: number,
  now: () => number,
  later: (callback: () => void, delay: number) => void,
): Paced {
  let next = Number.NEGATIVE_INFINITY;
  let due = false;
  const flush = (): void => {
    if (!due) return;
    due = false;
    const start = now();
    run();
    const took = now() - start;
    next = start + Math.max(milliseconds, 6 * took);
  };
  return {
    request() {
      if (due) return;
      due = true;
      later(flush, Math.max(0, next - now()));
    },
    flush,
  };
}
