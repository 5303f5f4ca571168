// The recorded PyTorch measurements (see recorders/record.py) as typed data, and our own model built after their description.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { F, nn, optim, type Tensor } from "../../src/api.ts";
import { toTensor } from "../../src/training/batches.ts";

export interface Values {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

type Layer =
  | { readonly type: "Linear"; readonly inFeatures: number; readonly outFeatures: number }
  | { readonly type: "GELU"; readonly approximate: "none" | "tanh" }
  | { readonly type: "ReLU" | "Tanh" | "Sigmoid" };

type ModelDescription =
  | { readonly kind: "sequential"; readonly layers: readonly Layer[] }
  | {
      readonly kind: "recurrent";
      readonly embed: { readonly numEmbeddings: number; readonly embeddingDim: number } | null;
      readonly rnn: { readonly inputSize: number; readonly hiddenSize: number; readonly nonlinearity: "tanh" | "relu" };
      readonly head: { readonly inFeatures: number; readonly outFeatures: number };
      readonly output: "all" | "last";
    };

export interface TrainingRecord {
  readonly options: {
    readonly optimizer: "sgd" | "adam";
    readonly learningRate: number;
    readonly clipGradNorm?: number;
    readonly momentum?: number;
    readonly nesterov?: boolean;
    readonly weightDecay?: number;
  };
  readonly losses: readonly number[];
  readonly gradNorms?: readonly number[];
  readonly weights: Readonly<Record<string, Values>>;
}

export interface Measurements {
  readonly output: Values;
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Values>>;
  readonly inputGradient: Values | null;
  readonly training: Readonly<Record<string, TrainingRecord>>;
}

export interface Fixture {
  readonly name: string;
  readonly model: ModelDescription;
  readonly loss: "crossEntropy" | "mse";
  readonly input: Values;
  readonly target: Values;
  readonly weights: Readonly<Record<string, Values>>;
  readonly float64: Measurements;
  readonly float32: Measurements;
}

export function readFixtures(): Fixture[] {
  const folder = join(import.meta.dirname, "fixtures");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file): Fixture => JSON.parse(readFileSync(join(folder, file), "utf8")));
}

export function buildModel(description: ModelDescription): nn.Module {
  if (description.kind === "sequential") return new nn.Sequential(...description.layers.map(buildLayer));
  return new Recurrent(description);
}

function buildLayer(layer: Layer): nn.Module {
  switch (layer.type) {
    case "Linear":
      return new nn.Linear(layer.inFeatures, layer.outFeatures);
    case "GELU":
      return new nn.GELU({ approximate: layer.approximate });
    case "ReLU":
      return new nn.ReLU();
    case "Tanh":
      return new nn.Tanh();
    case "Sigmoid":
      return new nn.Sigmoid();
  }
}

class Recurrent extends nn.Module {
  readonly embed: nn.Embedding | null;
  readonly rnn: nn.RNN;
  readonly head: nn.Linear;
  private readonly last: boolean;

  constructor({ embed, rnn, head, output }: Extract<ModelDescription, { kind: "recurrent" }>) {
    super();
    this.embed = embed && new nn.Embedding(embed.numEmbeddings, embed.embeddingDim);
    this.rnn = new nn.RNN(rnn.inputSize, rnn.hiddenSize, { nonlinearity: rnn.nonlinearity });
    this.head = new nn.Linear(head.inFeatures, head.outFeatures);
    this.last = output === "last";
  }

  forward(x: Tensor): Tensor {
    const [h, hn] = this.rnn.forward(this.embed === null ? x : this.embed.forward(x));
    return this.head.forward(this.last ? hn.select(0, 0) : h);
  }
}

export function lossOf({ loss }: Fixture, output: Tensor, target: Tensor): Tensor {
  return loss === "mse" ? F.mseLoss(output, target) : F.crossEntropy(output, target);
}

/** Input and target as tensors: whole numbers where the model takes tokens or classes. */
export function batchOf({ model, loss, input, target }: Fixture): { readonly input: Tensor; readonly target: Tensor } {
  const make = ({ shape, data }: Values, whole: boolean) =>
    whole ? toTensor({ shape, data: Int32Array.from(data) }) : toTensor({ shape, data: Float32Array.from(data) });
  return {
    input: make(input, model.kind === "recurrent" && model.embed !== null),
    target: make(target, loss === "crossEntropy"),
  };
}

export function optimizerOf({ options }: TrainingRecord, model: nn.Module): optim.Optimizer {
  const { optimizer, clipGradNorm: _, ...rest } = options;
  return optimizer === "sgd" ? optim.sgd(model.parameters(), rest) : optim.adam(model.parameters(), rest);
}
