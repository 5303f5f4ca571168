// What the kernel modules export: every function takes byte addresses and element counts. AssemblyScript.

export { scratchBytes, useScratch } from "./scratch";
export { gemm, gemmPacked, packRight } from "./gemm/gemm";
export {
  add,
  sub,
  mul,
  div,
  axpy,
  scale,
  multiplyAdd,
  fill,
  copy,
  zero,
  relu,
  sigmoid,
  tanh,
  gelu,
  geluTanh,
  exp,
  sqrt,
  square,
  negate,
  reciprocal,
  abs,
} from "./elementwise";
export {
  reluBackward,
  sigmoidBackward,
  tanhBackward,
  geluBackward,
  geluTanhBackward,
  expBackward,
  logBackward,
  sqrtBackward,
  squareBackward,
  negateBackward,
  reciprocalBackward,
  absBackward,
} from "./derivatives";
export {
  addRow,
  sumRows,
  gatherRows,
  scatterAddRows,
  tanhRows,
  reluRows,
  tanhRowsBackward,
  reluRowsBackward,
  sigmoidRows,
  sigmoidRowsBackward,
  axpyRows,
  multiplyAddRows,
} from "./rows";
export { lstmCell, lstmHidden, lstmHiddenBackward, lstmCellBackward } from "./lstm";
export { softmaxRows, softmaxRowsParts, softmaxRowsBackward, crossEntropy, crossEntropyBackward } from "./softmax";
export { sum, sumSquares, sumSquaredDifference, moments } from "./reduce";
export { allFinite, countNonZero, compress, sparseTimes, sparseTransposedTimes, transpose } from "./sparse";
export { binaryCrossEntropy, binaryCrossEntropyBackward } from "./losses";
export { sgd, adam, rmsprop, adagrad, clip } from "./optimizers";
export { leakyRelu, elu, silu, leakyReluBackward, eluBackward, siluBackward } from "./layers/activations";
export { dropoutMask } from "./layers/dropout";
export { unroll, rollUp, maxPool } from "./layers/images";
export { channelMoments, normChannels, normChannelSums, normChannelsBackward } from "./layers/channels";
export { normRows, normRowsBackward, normWeightBackward } from "./layers/norm";
export { logSoftmaxRows, logSoftmaxRowsBackward } from "./layers/logSoftmax";
export { maskedSoftmaxRows, maskedSoftmaxRowsBackward } from "./layers/maskedSoftmax";
