// The numeric gradient check: central differences against what backward computed, in float64.
import type { TrainingRun } from "./run.ts";

export interface ParameterCheck {
  readonly name: string;
  /** Elements that were compared. */
  readonly elements: number;
  /** Largest |a − n| / max(|a| + |n|, floor) over them. */
  readonly worst: number;
  /** Flat index of that element, its analytic and its numeric derivative. */
  readonly index: number;
  readonly analytic: number;
  readonly numeric: number;
}

/**
 * Compares ∂L/∂w of every parameter with (L(w + h) − L(w − h)) / 2h on the first batch.
 * @param elements at most this many elements of each parameter, spread evenly
 * @param h step of the difference: near the cube root of float64's epsilon, where rounding and curvature balance
 */
export function checkGradients(run: TrainingRun, elements = 25, h = 6e-6): ParameterCheck[] {
  const count = Math.min(run.data.batchSize, run.data.train.length);
  const indices = Int32Array.from({ length: count }, (_, i) => i);
  const { random } = run.engine;
  const start = random.getState();
  run.differentiate(indices);
  /** Every evaluation draws the same random numbers, so that dropout drops the same elements. */
  const loss = () => {
    random.setState(start);
    return run.evaluateLoss(indices);
  };
  // frozen ones have no gradient to compare
  const trained = run.model.namedParameters().filter(([, p]) => p.requiresGrad);
  const gradients = new Map(trained.map(([name, p]) => [name, Float64Array.from(p.gradient().array)]));
  const largest = Math.max(...[...gradients.values()].map((g) => g.reduce((m, x) => Math.max(m, Math.abs(x)), 0)));
  return trained.map(([name, p]) => {
    const g = gradients.get(name) ?? new Float64Array(p.length);
    const w = p.floats.array;
    const stride = Math.max(1, Math.floor(p.length / elements));
    let worst: ParameterCheck = { name, elements: 0, worst: 0, index: 0, analytic: g[0], numeric: g[0] };
    let compared = 0;
    for (let i = 0; i < p.length; i += stride) {
      const kept = w[i];
      w[i] = kept + h;
      const up = loss();
      w[i] = kept - h;
      const down = loss();
      w[i] = kept;
      const numeric = (up - down) / (2 * h);
      // derivatives far below the largest one are lost in the difference's rounding, so they are measured against it
      const scale = Math.max(Math.abs(g[i]) + Math.abs(numeric), 1e-4 * largest, 1e-12);
      const error = Math.abs(g[i] - numeric) / scale;
      compared++;
      if (error >= worst.worst || Number.isNaN(error))
        worst = { name, elements: 0, worst: error, index: i, analytic: g[i], numeric };
    }
    return { ...worst, elements: compared };
  });
}
