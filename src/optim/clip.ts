// Gradient clipping (Pascanu, Mikolov & Bengio 2013, algorithm 1), as torch.nn.utils.clip_grad_norm_.
import { engine } from "../engine/engine.ts";
import type { Parameter } from "../engine/tensor.ts";

/** ‖g‖ over the gradients of all parameters together. */
export function gradNorm(parameters: readonly Parameter[]): number {
  const { kernels } = engine();
  let total = 0;
  for (const p of parameters) if (p.hasGradient) total += kernels.sumSquares(p.length, p.gradient());
  return Math.sqrt(total);
}

/** g ← g · min(1, maxNorm / (‖g‖ + 1e-6)). Returns ‖g‖ from before. */
export function clipGradNorm(parameters: readonly Parameter[], maxNorm: number): number {
  const { kernels } = engine();
  const total = gradNorm(parameters);
  const factor = maxNorm / (total + 1e-6);
  if (factor < 1)
    for (const p of parameters) if (p.hasGradient) kernels.scale(p.length, factor, p.gradient(), p.gradient());
  return total;
}

/** g ← min(max(g, −limit), limit), element by element, as torch.nn.utils.clip_grad_value_. NaN stays. */
export function clipGradValue(parameters: readonly Parameter[], limit: number): void {
  const { kernels } = engine();
  for (const p of parameters) if (p.hasGradient) kernels.clip(p.length, limit, p.gradient(), p.gradient());
}
