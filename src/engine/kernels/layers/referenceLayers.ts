// The kernels of layers in float64, written to be read as the equations. Knows nothing of wasm.

import type { Random } from "../../random.ts";
import type { FloatBuffer } from "../kernels.ts";
import { activationRules } from "./activations.ts";
import { referenceImages } from "./imageKernels.ts";
import type { ActivationOp, LayerKernels, RowNorm } from "./layerKernels.ts";

export class ReferenceLayerKernels implements LayerKernels {
  readonly images = referenceImages;

  activation(op: ActivationOp, p: number, q: number, n: number, x: FloatBuffer, y: FloatBuffer): void {
    const { f } = activationRules[op];
    const [X, Y] = [x.array, y.array];
    for (let i = 0; i < n; i++) Y[i] = f(X[i], p, q);
  }

  activationBackward(
    op: ActivationOp,
    p: number,
    q: number,
    n: number,
    x: FloatBuffer,
    y: FloatBuffer,
    dy: FloatBuffer,
    dx: FloatBuffer,
  ): void {
    const { backward } = activationRules[op];
    const [X, Y, dY, dX] = [x.array, y.array, dy.array, dx.array];
    for (let i = 0; i < n; i++) dX[i] += backward(dY[i], X[i], Y[i], p, q);
  }

  dropoutMask(n: number, p: number, random: Random, mask: FloatBuffer): void {
    const limit = p * 2 ** 32;
    for (let i = 0; i < n; i++) mask.array[i] = random.bits() < limit ? 0 : 1 / (1 - p);
  }

  normRows(norm: RowNorm, epsilon: number, bias: FloatBuffer | null, y: FloatBuffer): void {
    const { centred, m, n, x, weight, statistics } = norm;
    for (let i = 0; i < m; i++) {
      let mean = 0;
      if (centred) for (let j = 0; j < n; j++) mean += x.array[i * n + j] / n;
      let variance = 0;
      for (let j = 0; j < n; j++) variance += (x.array[i * n + j] - mean) ** 2 / n;
      const r = 1 / Math.sqrt(variance + epsilon);
      statistics.array[i] = mean;
      statistics.array[m + i] = r;
      for (let j = 0; j < n; j++) {
        const normalised = (x.array[i * n + j] - mean) * r;
        y.array[i * n + j] = normalised * (weight?.array[j] ?? 1) + (bias?.array[j] ?? 0);
      }
    }
  }

  normRowsBackward({ centred, m, n, x, weight, statistics }: RowNorm, dy: FloatBuffer, dx: FloatBuffer): void {
    for (let i = 0; i < m; i++) {
      const [mean, r] = [statistics.array[i], statistics.array[m + i]];
      const u = (j: number) => dy.array[i * n + j] * (weight?.array[j] ?? 1);
      const normalised = (j: number) => (x.array[i * n + j] - mean) * r;
      let meanU = 0;
      let meanProduct = 0;
      for (let j = 0; j < n; j++) {
        if (centred) meanU += u(j) / n;
        meanProduct += (u(j) * normalised(j)) / n;
      }
      for (let j = 0; j < n; j++) dx.array[i * n + j] += r * (u(j) - meanU - normalised(j) * meanProduct);
    }
  }

  normWeightBackward({ m, n, x, statistics }: RowNorm, dy: FloatBuffer, dWeight: FloatBuffer): void {
    for (let i = 0; i < m; i++) {
      const [mean, r] = [statistics.array[i], statistics.array[m + i]];
      for (let j = 0; j < n; j++) dWeight.array[j] += dy.array[i * n + j] * (x.array[i * n + j] - mean) * r;
    }
  }

  logSoftmaxRows(m: number, n: number, x: FloatBuffer, y: FloatBuffer): void {
    for (let i = 0; i < m; i++) {
      const row = x.sub(i * n, n).array;
      const max = largest(row, n);
      let sum = 0;
      for (let j = 0; j < n; j++) sum += Math.exp(row[j] - max);
      const log = Math.log(sum);
      for (let j = 0; j < n; j++) y.array[i * n + j] = row[j] - max - log;
    }
  }

  logSoftmaxRowsBackward(m: number, n: number, y: FloatBuffer, dy: FloatBuffer, dx: FloatBuffer): void {
    for (let i = 0; i < m; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += dy.array[i * n + j];
      for (let j = 0; j < n; j++) dx.array[i * n + j] += dy.array[i * n + j] - Math.exp(y.array[i * n + j]) * sum;
    }
  }

  maskedSoftmaxRows(
    m: number,
    n: number,
    alpha: number,
    x: FloatBuffer,
    mask: FloatBuffer | null,
    maskStep: number,
    causal: boolean,
    p: FloatBuffer,
  ): void {
    for (let i = 0; i < m; i++) {
      const row = p.sub(i * n, n).array;
      const seen = causal ? Math.min(n, i + 1) : n;
      for (let j = 0; j < seen; j++) row[j] = alpha * x.array[i * n + j] + (mask?.array[i * maskStep + j] ?? 0);
      const max = largest(row, seen);
      let sum = 0;
      for (let j = 0; j < seen; j++) {
        row[j] = Math.exp(row[j] - max);
        sum += row[j];
      }
      for (let j = 0; j < seen; j++) row[j] /= sum;
      row.fill(0, seen);
    }
  }

  maskedSoftmaxRowsBackward(
    m: number,
    n: number,
    alpha: number,
    p: FloatBuffer,
    dp: FloatBuffer,
    dx: FloatBuffer,
  ): void {
    for (let i = 0; i < m; i++) {
      let dot = 0;
      for (let j = 0; j < n; j++) dot += dp.array[i * n + j] * p.array[i * n + j];
      for (let j = 0; j < n; j++) {
        dx.array[i * n + j] += alpha * p.array[i * n + j] * (dp.array[i * n + j] - dot);
      }
    }
  }
}

/** The largest of the first n, NaN left out: it comes back through the sum of exponentials. */
function largest(row: ArrayLike<number>, n: number): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < n; j++) if (row[j] > max) max = row[j];
  return max;
}
