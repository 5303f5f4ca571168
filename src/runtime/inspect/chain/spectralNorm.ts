// The largest singular value of a square matrix, by power iteration on A Aᵀ.

/** Change of the value, relative to it, at which the iteration has settled; and how often in a row. */
const tolerance = 1e-9;
const settledAfter = 3;
const most = 500;

/**
 * ‖A‖₂ of a row-major H × H matrix; NaN when it holds one.
 * @param u direction to begin with, zero for none; holds the left singular vector afterwards, where the next matrix of a
 * chain of products finds its own near by
 */
export function spectralNorm(A: Float32Array | Float64Array, H: number, u: Float64Array): number {
  const v = new Float64Array(H);
  // Something of every direction, so that a beginning at right angles to the answer cannot hide it.
  for (let i = 0; i < H; i++) u[i] += (0.1 * Math.sin(1 + 7 * i)) / Math.sqrt(H);
  if (normalise(u) === 0) return 0;
  let sigma = 0;
  for (let iteration = 0, settled = 0; iteration < most && settled < settledAfter; iteration++) {
    timesTransposed(A, H, u, v);
    const length = normalise(v);
    if (length === 0 || !Number.isFinite(length)) return u.fill(0) && length;
    times(A, H, v, u);
    const next = normalise(u);
    settled = Math.abs(next - sigma) <= tolerance * next ? settled + 1 : 0;
    sigma = next;
  }
  return sigma;
}

/** y = A x */
function times(A: Float32Array | Float64Array, H: number, x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < H; i++) {
    let sum = 0;
    for (let j = 0; j < H; j++) sum += A[i * H + j] * x[j];
    y[i] = sum;
  }
}

/** y = Aᵀ x */
function timesTransposed(A: Float32Array | Float64Array, H: number, x: Float64Array, y: Float64Array): void {
  y.fill(0);
  for (let i = 0; i < H; i++) for (let j = 0; j < H; j++) y[j] += A[i * H + j] * x[i];
}

/** Makes the length 1 and returns what it was. */
function normalise(x: Float64Array): number {
  let squares = 0;
  for (const value of x) squares += value * value;
  const length = Math.sqrt(squares);
  if (length > 0) for (let i = 0; i < x.length; i++) x[i] /= length;
  return length;
}
