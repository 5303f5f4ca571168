// The kernels in float64, written to be read as the equations: what tests and the gradient check compare with.
// Knows nothing of wasm; its loops run over `array`, whichever float type that holds.

import type {
  BinaryOp,
  FloatBuffer,
  IntBuffer,
  Kernels,
  Memory,
  Moments,
  PackedMatrix,
  RowActivation,
  UnaryOp,
} from "../kernels.ts";
import { ReferenceLayerKernels } from "../layers/referenceLayers.ts";
import { referenceLstm } from "../lstm.ts";
import { referenceSparse } from "../sparse.ts";
import { binaryRules, unaryRules } from "./functions.ts";
import { ReferenceMemory } from "./referenceMemory.ts";

type SgdOptions = Parameters<Kernels["sgd"]>[4];
type AdamOptions = Parameters<Kernels["adam"]>[6];
type RmspropOptions = Parameters<Kernels["rmsprop"]>[6];
type AdagradOptions = Parameters<Kernels["adagrad"]>[4];

export class ReferenceKernels implements Kernels {
  readonly dtype = "float64";
  readonly memory: Memory = new ReferenceMemory();
  readonly layers = new ReferenceLayerKernels();
  readonly lstm = referenceLstm;
  readonly sparse = referenceSparse(this.memory);

  gemm(
    transposeA: boolean,
    transposeB: boolean,
    m: number,
    n: number,
    k: number,
    a: FloatBuffer,
    lda: number,
    b: FloatBuffer,
    ldb: number,
    c: FloatBuffer,
    ldc: number,
    accumulate: boolean,
  ): void {
    const [A, B, C] = [a.array, b.array, c.array];
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = accumulate ? C[i * ldc + j] : 0;
        for (let p = 0; p < k; p++) {
          sum += A[transposeA ? p * lda + i : i * lda + p] * B[transposeB ? j * ldb + p : p * ldb + j];
        }
        C[i * ldc + j] = sum;
      }
    }
  }

  pack(transposed: boolean, n: number, k: number, buffer: FloatBuffer, ld: number): PackedMatrix {
    return { n, k, transposed, buffer, ld };
  }

  gemmPacked(
    m: number,
    a: FloatBuffer,
    lda: number,
    { n, k, transposed, buffer, ld }: PackedMatrix,
    c: FloatBuffer,
    ldc: number,
    accumulate: boolean,
  ): void {
    this.gemm(false, transposed, m, n, k, a, lda, buffer, ld, c, ldc, accumulate);
  }

  fill(n: number, out: FloatBuffer, value: number): void {
    out.array.fill(value, 0, n);
  }

  copy(n: number, x: FloatBuffer, out: FloatBuffer): void {
    out.array.set(x.array.subarray(0, n));
  }

  binary(op: BinaryOp, n: number, x: FloatBuffer, y: FloatBuffer, out: FloatBuffer): void {
    const f = binaryRules[op];
    for (let i = 0; i < n; i++) out.array[i] = f(x.array[i], y.array[i]);
  }

  axpy(n: number, alpha: number, x: FloatBuffer, y: FloatBuffer): void {
    for (let i = 0; i < n; i++) y.array[i] += alpha * x.array[i];
  }

  scale(n: number, alpha: number, x: FloatBuffer, out: FloatBuffer): void {
    for (let i = 0; i < n; i++) out.array[i] = alpha * x.array[i];
  }

  multiplyAdd(n: number, x1: FloatBuffer, x2: FloatBuffer, y: FloatBuffer): void {
    for (let i = 0; i < n; i++) y.array[i] += x1.array[i] * x2.array[i];
  }

  unary(op: UnaryOp, n: number, x: FloatBuffer, y: FloatBuffer): void {
    const { f } = unaryRules[op];
    for (let i = 0; i < n; i++) y.array[i] = f(x.array[i]);
  }

  unaryBackward(op: UnaryOp, n: number, x: FloatBuffer, y: FloatBuffer, dy: FloatBuffer, dx: FloatBuffer): void {
    const { backward } = unaryRules[op];
    for (let i = 0; i < n; i++) dx.array[i] += backward(dy.array[i], x.array[i], y.array[i]);
  }

  addRow(m: number, n: number, bias: FloatBuffer, c: FloatBuffer, ldc: number): void {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) c.array[i * ldc + j] += bias.array[j];
    }
  }

  sumRows(m: number, n: number, a: FloatBuffer, lda: number, out: FloatBuffer): void {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) out.array[j] += a.array[i * lda + j];
    }
  }

  gatherRows(count: number, width: number, indices: IntBuffer, weight: FloatBuffer, out: FloatBuffer): void {
    for (let i = 0; i < count; i++) {
      const row = indices.array[i] * width;
      out.array.set(weight.array.subarray(row, row + width), i * width);
    }
  }

  scatterAddRows(count: number, width: number, indices: IntBuffer, dOut: FloatBuffer, dWeight: FloatBuffer): void {
    for (let i = 0; i < count; i++) {
      const row = indices.array[i] * width;
      for (let j = 0; j < width; j++) dWeight.array[row + j] += dOut.array[i * width + j];
    }
  }

  softmaxRows(m: number, n: number, x: FloatBuffer, p: FloatBuffer): void {
    for (let i = 0; i < m; i++) softmaxRow(n, x.sub(i * n, n), p.sub(i * n, n));
  }

  softmaxRowsParts(m: number, n: number, x: FloatBuffer, p: FloatBuffer, max: FloatBuffer, logSum: FloatBuffer): void {
    for (let i = 0; i < m; i++) {
      const row = softmaxRow(n, x.sub(i * n, n), p.sub(i * n, n));
      max.array[i] = row.max;
      logSum.array[i] = Math.log(row.sum);
    }
  }

  softmaxRowsBackward(m: number, n: number, p: FloatBuffer, dp: FloatBuffer, dx: FloatBuffer): void {
    for (let i = 0; i < m; i++) {
      let dot = 0;
      for (let j = i * n; j < (i + 1) * n; j++) dot += dp.array[j] * p.array[j];
      for (let j = i * n; j < (i + 1) * n; j++) dx.array[j] += p.array[j] * (dp.array[j] - dot);
    }
  }

  crossEntropy(m: number, n: number, x: FloatBuffer, targets: IntBuffer, p: FloatBuffer): number {
    let loss = 0;
    for (let i = 0; i < m; i++) {
      // read before the softmax, so that p may be x
      const score = x.array[i * n + targets.array[i]];
      const { max, sum } = softmaxRow(n, x.sub(i * n, n), p.sub(i * n, n));
      // −log p = log Σ e^(x − max) − (x_target − max)
      loss += Math.log(sum) - (score - max);
    }
    return loss;
  }

  crossEntropyBackward(m: number, n: number, p: FloatBuffer, targets: IntBuffer, scale: number, dx: FloatBuffer): void {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        dx.array[i * n + j] += scale * (p.array[i * n + j] - (j === targets.array[i] ? 1 : 0));
      }
    }
  }

  squaredError(n: number, x: FloatBuffer, y: FloatBuffer): number {
    return this.sumSquaredDifference(n, x, y);
  }

  binaryCrossEntropy(n: number, x: FloatBuffer, y: FloatBuffer, w: FloatBuffer | null, out: FloatBuffer): void {
    for (let i = 0; i < n; i++) {
      const [z, label] = [x.array[i], y.array[i]];
      out.array[i] = (w?.array[i] ?? 1) * label * softplus(-z) + (1 - label) * softplus(z);
    }
  }

  binaryCrossEntropyBackward(
    n: number,
    x: FloatBuffer,
    y: FloatBuffer,
    w: FloatBuffer | null,
    dOut: FloatBuffer,
    dx: FloatBuffer | null,
    dy: FloatBuffer | null,
  ): void {
    const sigmoid = unaryRules.sigmoid.f;
    for (let i = 0; i < n; i++) {
      const [z, label, weight] = [x.array[i], y.array[i], w?.array[i] ?? 1];
      // softplus' = σ
      if (dx) dx.array[i] += dOut.array[i] * ((1 - label) * sigmoid(z) - weight * label * sigmoid(-z));
      if (dy) dy.array[i] += dOut.array[i] * (weight * softplus(-z) - softplus(z));
    }
  }

  clip(n: number, limit: number, x: FloatBuffer, out: FloatBuffer): void {
    for (let i = 0; i < n; i++) out.array[i] = Math.min(Math.max(x.array[i], -limit), limit);
  }

  activateRows(op: RowActivation, m: number, n: number, z: FloatBuffer, ldz: number): void {
    for (let i = 0; i < m; i++) {
      const row = z.sub(i * ldz, n);
      this.unary(op, n, row, row);
    }
  }

  activateRowsBackward(
    op: RowActivation,
    m: number,
    n: number,
    h: FloatBuffer,
    ldh: number,
    dh: FloatBuffer,
    lddh: number,
    dz: FloatBuffer,
    lddz: number,
  ): void {
    const { backward } = unaryRules[op];
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        // [h > 0] = [z > 0], so the output stands for the pre-activation in relu's rule too
        const y = h.array[i * ldh + j];
        dz.array[i * lddz + j] = backward(dh.array[i * lddh + j], y, y);
      }
    }
  }

  axpyRows(m: number, n: number, alpha: number, x: FloatBuffer, ldx: number, y: FloatBuffer, ldy: number): void {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) y.array[i * ldy + j] += alpha * x.array[i * ldx + j];
    }
  }

  multiplyAddRows(
    m: number,
    n: number,
    x1: FloatBuffer,
    ld1: number,
    x2: FloatBuffer,
    ld2: number,
    y: FloatBuffer,
    ldy: number,
  ): void {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) y.array[i * ldy + j] += x1.array[i * ld1 + j] * x2.array[i * ld2 + j];
    }
  }

  sumSquares(n: number, x: FloatBuffer): number {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += x.array[i] * x.array[i];
    return sum;
  }

  sumSquaredDifference(n: number, x: FloatBuffer, y: FloatBuffer): number {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (x.array[i] - y.array[i]) ** 2;
    return sum;
  }

  sum(n: number, x: FloatBuffer): number {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += x.array[i];
    return sum;
  }

  moments(n: number, x: FloatBuffer): Moments {
    const result = { sum: 0, sumSquares: 0, min: Number.NaN, max: Number.NaN, zeros: 0, nonFinite: 0 };
    for (let i = 0; i < n; i++) {
      const value = x.array[i];
      if (!Number.isFinite(value)) {
        result.nonFinite++;
        continue;
      }
      result.sum += value;
      result.sumSquares += value * value;
      // written so that the first finite value replaces NaN
      if (!(value >= result.min)) result.min = value;
      if (!(value <= result.max)) result.max = value;
      if (value === 0) result.zeros++;
    }
    return result;
  }

  sgd(n: number, w: FloatBuffer, g: FloatBuffer, velocity: FloatBuffer | null, options: SgdOptions): void {
    const { learningRate, momentum, dampening, nesterov, weightDecay, first } = options;
    for (let i = 0; i < n; i++) {
      // g ← g + λw; v ← μv + (1 − τ)g, v = g at the first step; then g + μv (Nesterov) or v
      let step = g.array[i] + weightDecay * w.array[i];
      if (velocity) {
        const v = first ? step : momentum * velocity.array[i] + (1 - dampening) * step;
        velocity.array[i] = v;
        step = nesterov ? step + momentum * v : v;
      }
      w.array[i] -= learningRate * step;
    }
  }

  adam(
    n: number,
    w: FloatBuffer,
    g: FloatBuffer,
    m: FloatBuffer,
    v: FloatBuffer,
    largest: FloatBuffer | null,
    options: AdamOptions,
  ): void {
    const { learningRate, beta1, beta2, epsilon, weightDecay, decoupled, t } = options;
    const stepSize = learningRate / (1 - beta1 ** t);
    const root = Math.sqrt(1 - beta2 ** t);
    for (let i = 0; i < n; i++) {
      if (decoupled) w.array[i] *= 1 - learningRate * weightDecay;
      const gradient = g.array[i] + (decoupled ? 0 : weightDecay * w.array[i]);
      m.array[i] = beta1 * m.array[i] + (1 - beta1) * gradient;
      v.array[i] = beta2 * v.array[i] + (1 - beta2) * gradient * gradient;
      if (largest) largest.array[i] = Math.max(largest.array[i], v.array[i]);
      w.array[i] -= (stepSize * m.array[i]) / (Math.sqrt((largest ?? v).array[i]) / root + epsilon);
    }
  }

  rmsprop(
    n: number,
    w: FloatBuffer,
    g: FloatBuffer,
    v: FloatBuffer,
    mean: FloatBuffer | null,
    velocity: FloatBuffer | null,
    options: RmspropOptions,
  ): void {
    const { learningRate, alpha, epsilon, momentum, weightDecay } = options;
    for (let i = 0; i < n; i++) {
      const gradient = g.array[i] + weightDecay * w.array[i];
      v.array[i] = alpha * v.array[i] + (1 - alpha) * gradient * gradient;
      let variance = v.array[i];
      if (mean) {
        mean.array[i] = alpha * mean.array[i] + (1 - alpha) * gradient;
        // where the gradient hardly changes the difference may round below zero
        variance = Math.max(0, variance - mean.array[i] ** 2);
      }
      let step = gradient / (Math.sqrt(variance) + epsilon);
      if (velocity) {
        velocity.array[i] = momentum * velocity.array[i] + step;
        step = velocity.array[i];
      }
      w.array[i] -= learningRate * step;
    }
  }

  adagrad(n: number, w: FloatBuffer, g: FloatBuffer, sum: FloatBuffer, options: AdagradOptions): void {
    const { learningRate, epsilon, weightDecay } = options;
    for (let i = 0; i < n; i++) {
      const gradient = g.array[i] + weightDecay * w.array[i];
      sum.array[i] += gradient * gradient;
      w.array[i] -= (learningRate * gradient) / (Math.sqrt(sum.array[i]) + epsilon);
    }
  }
}

/** p = e^(x − max)/Σ e^(x − max). A NaN anywhere in the row makes all of it NaN, through the sum. */
function softmaxRow(n: number, x: FloatBuffer, p: FloatBuffer): { max: number; sum: number } {
  let max = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < n; j++) if (x.array[j] > max) max = x.array[j];
  let sum = 0;
  for (let j = 0; j < n; j++) {
    const e = Math.exp(x.array[j] - max);
    p.array[j] = e;
    sum += e;
  }
  for (let j = 0; j < n; j++) p.array[j] /= sum;
  return { max, sum };
}

/** log(1 + e^x) = max(x, 0) + log(1 + e^(−|x|)), which never overflows. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
