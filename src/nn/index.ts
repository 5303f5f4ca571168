// What a model file sees as `nn`.

export { Parameter } from "../engine/tensor.ts";
export { ELU, LeakyReLU, LogSoftmax, SELU, SiLU, Softmax, Softplus } from "./layers/activations.ts";
export {
  type AttentionMasks,
  type EncoderLayerOptions,
  MultiheadAttention,
  TransformerEncoderLayer,
} from "./layers/attention.ts";
export {
  AvgPool2d,
  Conv1d,
  Conv2d,
  type ConvOptions,
  Dropout,
  Flatten,
  MaxPool2d,
} from "./layers/convolution.ts";
export { BatchNorm1d, BatchNorm2d, type BatchNormOptions, LayerNorm, RMSNorm } from "./layers/norm.ts";
export { LearnedPositionalEmbedding, PositionalEncoding } from "./layers/positional.ts";
export { Embedding, GELU, Linear, ModuleList, ReLU, Sequential, Sigmoid, Tanh } from "./layers.ts";
export { type LoRALinear, type LoRAOptions, lora } from "./lora.ts";
export {
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  HuberLoss,
  KLDivLoss,
  L1Loss,
  MSELoss,
  NLLLoss,
  SmoothL1Loss,
} from "./losses.ts";
export { Buffer, Module } from "./module.ts";
export { GRU, LSTM, type RecurrentOptions, RNN, type RNNOptions, type SequenceOptions } from "./recurrent.ts";
