// PyTorch's measurements of single layers (see recorders/recordLayers.py) as typed data, and our own layers after them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { F, nn, type Tensor } from "../../src/api.ts";
import { tensorsOf } from "../../src/nn/module.ts";
import { toTensor } from "../../src/training/batches.ts";
import type { Values } from "./fixtures.ts";

/** Values in which null stands for −∞, which JSON does not have. */
interface MaskValues {
  readonly shape: readonly number[];
  readonly data: readonly (number | null)[];
}

interface Measurements {
  readonly outputs: readonly Values[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Values>>;
  readonly inputGradients: readonly (Values | null)[];
  readonly buffers: Readonly<Record<string, Values>>;
  readonly trained?: {
    readonly losses: readonly number[];
    readonly weights: Readonly<Record<string, Values>>;
  };
}

export interface LayerCase {
  readonly name: string;
  readonly layer: string;
  readonly args: readonly (number | readonly number[])[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly training: boolean;
  readonly inputs: readonly (Values & { readonly whole: boolean })[];
  readonly call: Readonly<Record<string, boolean | MaskValues>>;
  readonly weights: Readonly<Record<string, Values>>;
  readonly factors: readonly Values[];
  readonly optimizer: readonly [string, Readonly<Record<string, unknown>>] | null;
  readonly float64: Measurements;
  readonly float32: Measurements;
}

export interface Group {
  readonly group: string;
  readonly cases: readonly LayerCase[];
}

export function readLayerCases(name: "layers" | "recurrent"): Group[] {
  const folder = join(import.meta.dirname, "fixtures", name);
  return readdirSync(folder)
    .sort()
    .map((file) => ({
      group: file.replace(".json", ""),
      cases: JSON.parse(readFileSync(join(folder, file), "utf8")),
    }));
}

/** A layer, and how its forward() is called with the inputs of a case. */
export interface Built {
  readonly model: nn.Module;
  call(inputs: readonly Tensor[], options: CallOptions): readonly Tensor[];
}

interface CallOptions {
  readonly isCausal?: boolean;
  readonly mask?: Tensor;
  readonly attnMask?: Tensor;
  readonly keyPaddingMask?: Tensor;
}

export function inputOf(x: LayerCase["inputs"][number]): Tensor {
  return x.whole ? toTensor({ shape: x.shape, data: Int32Array.from(x.data) }) : floats(x);
}

export function floats({ shape, data }: MaskValues): Tensor {
  return toTensor({ shape, data: Float32Array.from(data, (v) => v ?? Number.NEGATIVE_INFINITY) });
}

export function callOptions(c: LayerCase): CallOptions {
  return Object.fromEntries(
    Object.entries(c.call).map(([name, value]) => [name, typeof value === "boolean" ? value : floats(value)]),
  );
}

/** Stands for a function of `F`, which has no state. */
class NoLayer extends nn.Module {
  forward(): readonly Tensor[] {
    return [];
  }
}

export function buildLayer({ layer, args, options }: LayerCase): Built {
  const [a, b, c] = args;
  const size = (value: number | readonly number[]) => (typeof value === "number" ? value : value[0]);
  const simple = (model: nn.Module): Built => ({ model, call: ([x]) => tensorsOf(model.forward(x)) });
  switch (layer) {
    case "RNN": {
      const model = new nn.RNN(size(a), size(b), options);
      return { model, call: ([x, h0], o) => model.forward(x, h0, o) };
    }
    case "GRU": {
      const model = new nn.GRU(size(a), size(b), options);
      return { model, call: ([x, h0], o) => model.forward(x, h0, o) };
    }
    case "LSTM": {
      const model = new nn.LSTM(size(a), size(b), options);
      return { model, call: ([x, h0, c0], o) => tensorsOf(model.forward(x, h0 && [h0, c0], o)) };
    }
    case "Linear":
      return simple(new nn.Linear(size(a), size(b), options));
    case "Embedding":
      return simple(new nn.Embedding(size(a), size(b)));
    case "ReLU":
      return simple(new nn.ReLU());
    case "Sigmoid":
      return simple(new nn.Sigmoid());
    case "Tanh":
      return simple(new nn.Tanh());
    case "GELU":
      return simple(new nn.GELU(options));
    case "LeakyReLU":
      return simple(args.length === 0 ? new nn.LeakyReLU() : new nn.LeakyReLU(size(a)));
    case "ELU":
      return simple(args.length === 0 ? new nn.ELU() : new nn.ELU(size(a)));
    case "SELU":
      return simple(new nn.SELU());
    case "SiLU":
      return simple(new nn.SiLU());
    case "Softplus":
      return simple(args.length === 0 ? new nn.Softplus() : new nn.Softplus(size(a), size(b)));
    case "Softmax":
      return simple(args.length === 0 ? new nn.Softmax() : new nn.Softmax(size(a)));
    case "LogSoftmax":
      return simple(args.length === 0 ? new nn.LogSoftmax() : new nn.LogSoftmax(size(a)));
    case "LayerNorm":
      return simple(new nn.LayerNorm(a, options));
    case "RMSNorm":
      return simple(new nn.RMSNorm(a, options));
    case "BatchNorm1d":
      return simple(new nn.BatchNorm1d(size(a), options));
    case "BatchNorm2d":
      return simple(new nn.BatchNorm2d(size(a), options));
    case "Conv1d":
      return simple(new nn.Conv1d(size(a), size(b), c, options));
    case "Conv2d":
      return simple(new nn.Conv2d(size(a), size(b), c, options));
    case "MaxPool2d":
      return simple(new nn.MaxPool2d(a, options));
    case "AvgPool2d":
      return simple(new nn.AvgPool2d(a, options));
    case "Flatten":
      return simple(args.length === 0 ? new nn.Flatten() : new nn.Flatten(size(a), size(b)));
    case "Dropout":
      return simple(new nn.Dropout(size(a)));
    case "PositionalEncoding":
      return simple(new nn.PositionalEncoding(size(a)));
    case "scaledDotProductAttention":
      return { model: new NoLayer(), call: ([q, k, v], o) => [F.scaledDotProductAttention(q, k, v, o)] };
    case "MultiheadAttention":
    case "SelfAttention": {
      const model = new nn.MultiheadAttention(size(a), size(b), options);
      return { model, call: ([q, k = q, v = q], o) => tensorsOf(model.forward(q, k, v, o)) };
    }
    case "TransformerEncoderLayer": {
      const model = new nn.TransformerEncoderLayer(size(a), size(b), options);
      return { model, call: ([x], o) => [model.forward(x, o)] };
    }
    default:
      throw new Error(`no layer of ours is called ${layer}`);
  }
}
