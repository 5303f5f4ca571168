// How the parity tests compare tensors: by the largest error, relative to the largest element. Knows no fixture.
import assert from "node:assert/strict";
import type { Values } from "./fixtures.ts";

/** max |ours − theirs| / max |theirs|; where all of theirs are 0, the largest of ours. */
export function relativeError(ours: ArrayLike<number>, theirs: readonly number[]): number {
  assert.equal(ours.length, theirs.length);
  let worst = 0;
  let scale = 0;
  for (let i = 0; i < theirs.length; i++) {
    const difference = Math.abs(ours[i] - theirs[i]);
    // NaN must not pass as the smaller one
    worst = difference > worst || Number.isNaN(difference) ? difference : worst;
    scale = Math.max(scale, Math.abs(theirs[i]));
  }
  return worst / (scale === 0 ? 1 : scale);
}

export function assertClose(
  what: string,
  ours: { readonly shape: readonly number[]; readonly data: ArrayLike<number> },
  theirs: Values,
  tolerance: number,
): void {
  assert.deepEqual(ours.shape, theirs.shape, `shape of ${what}`);
  const error = relativeError(ours.data, theirs.data);
  assert.ok(error <= tolerance, `${what}: relative error ${error.toExponential(1)}, allowed ${tolerance}`);
}
