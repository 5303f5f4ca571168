// What tells a transformer where in the sequence it is. Sequences are [batch, time, features].
import { filled } from "../../engine/create.ts";
import { engine } from "../../engine/engine.ts";
import { dropout } from "../../engine/ops/layers/dropout.ts";
import { showShape } from "../../engine/shape.ts";
import type { Parameter, Tensor } from "../../engine/tensor.ts";
import { checkSizes, Module, parameter } from "../module.ts";

/**
 * Adds sines and cosines of the position, then dropout: PE[t, 2i] = sin(t / 10000^(2i/D)), PE[t, 2i + 1] = cos(…)
 * (Vaswani et al. 2017, section 3.5). Has no parameters.
 *
 * Shapes: x `[batch, time, dModel]` → the same; time at most `maxLength`.
 */
export class PositionalEncoding extends Module {
  readonly maxLength: number;
  readonly dropout: number;
  private readonly table: Tensor;

  constructor(
    readonly dModel: number,
    { dropout: p = 0, maxLength = 5000 }: { readonly dropout?: number; readonly maxLength?: number } = {},
  ) {
    super();
    checkSizes("PositionalEncoding", { dModel, maxLength });
    this.dropout = p;
    this.maxLength = maxLength;
    this.table = filled([maxLength, dModel], (i) => {
      const [t, d] = [Math.floor(i / dModel), i % dModel];
      const angle = t / 10000 ** ((d - (d % 2)) / dModel);
      return d % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    });
  }

  forward(x: Tensor): Tensor {
    const time = checkedTime("PositionalEncoding", x, this.dModel, this.maxLength);
    return dropout(x.add(this.table.narrow(0, 0, time)), this.dropout, this.training);
  }
}

/**
 * Adds a learned vector for every position (Gehring et al. 2017, section 3.1), as GPT-2 and BERT do.
 *
 * Shapes: x `[batch, time, dModel]` → the same; time at most `maxLength`. Parameter: `weight` `[maxLength, dModel]`,
 * initialised N(0, 0.02²).
 */
export class LearnedPositionalEmbedding extends Module {
  readonly weight: Parameter;

  constructor(
    readonly maxLength: number,
    readonly dModel: number,
  ) {
    super();
    checkSizes("LearnedPositionalEmbedding", { maxLength, dModel });
    const { random } = engine();
    this.weight = parameter([maxLength, dModel], () => random.normal(0, 0.02));
  }

  forward(x: Tensor): Tensor {
    const time = checkedTime("LearnedPositionalEmbedding", x, this.dModel, this.maxLength);
    return x.add(this.weight.narrow(0, 0, time));
  }
}

function checkedTime(layer: string, x: Tensor, dModel: number, maxLength: number): number {
  const [time, features] = x.shape.slice(-2);
  if (x.shape.length < 2 || features !== dModel) {
    throw engine().error(
      `${layer}: the input must be [batch, time, ${dModel}], but its shape is ${showShape(x.shape)}`,
    );
  }
  if (time > maxLength) {
    throw engine().error(
      `${layer}: the input of shape ${showShape(x.shape)} has ${time} timesteps, but maxLength is ${maxLength}`,
    );
  }
  return time;
}
