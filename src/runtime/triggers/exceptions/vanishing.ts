// Vanishing gradient: a layer's gradient against that of the last layer (AUTOTRAINER, Zhang et al. 2021).
import type { Module, Tensor } from "../../../training/engine.ts";
import type { TrainingRun } from "../../../training/run.ts";
import { showNumber } from "../../origin/operand.ts";
import { type Measurement, nothingToSave, type Rule } from "./rule.ts";

interface LayerGradient {
  readonly path: string;
  readonly module: Module;
  /** ‖g‖ of its own parameters together. */
  readonly norm: number;
  /** ‖g‖ / √n: of layers of different size, which norms are not to be compared. */
  readonly rms: number;
}

export class VanishingGradient implements Rule {
  readonly phase = "backward";
  readonly save = nothingToSave;

  measure(run: TrainingRun): Measurement[] {
    const layers = gradientsByUse(run);
    const last = layers.at(-1);
    if (last === undefined || last.rms === 0) return [];
    // A gradient of exactly 0 has not vanished on its way: nothing is sent to it, as in the first step of LoRA, where B = 0.
    return layers
      .slice(0, -1)
      .filter(({ norm }) => norm > 0)
      .map(({ path, module, norm, rms }) => ({
        subject: path,
        values: { norm, ratio: rms / last.rms },
        formula: `rms(g of ${path}) / rms(g of ${last.path}) = ${showNumber(rms)} / ${showNumber(last.rms)} = ${showNumber(rms / last.rms)}, ‖g of ${path}‖ = ${showNumber(norm)}`,
        site: module.creationSite,
        evaluateName: "",
      }));
  }
}

/** Layers that have a gradient, in the order in which forward came to them: the last is nearest to the loss. */
function gradientsByUse(run: TrainingRun): LayerGradient[] {
  const { kernels, tape } = run.engine;
  const differentiated = run.differentiatedTensors();
  const owners = new Map<Tensor, { path: string; module: Module }>();
  for (const [path, module] of run.model.namedModules())
    for (const [, p] of module.ownParameters()) owners.set(p, { path, module });
  const used = new Map<string, Module>();
  for (const { inputs } of tape) {
    for (const x of inputs) {
      const owner = owners.get(x);
      if (owner !== undefined && differentiated.has(x) && !used.has(owner.path)) used.set(owner.path, owner.module);
    }
  }
  return [...used].map(([path, module]) => {
    const own = module.ownParameters().filter(([, p]) => p.requiresGrad && p.hasGradient);
    const squares = own.reduce((sum, [, p]) => sum + kernels.sumSquares(p.length, p.gradient()), 0);
    const n = own.reduce((sum, [, p]) => sum + p.length, 0);
    return { path, module, norm: Math.sqrt(squares), rms: Math.sqrt(squares / Math.max(1, n)) };
  });
}
