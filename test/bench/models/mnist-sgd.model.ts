// Benchmark: multilayer perceptron 784-256-128-10, batch 64, SGD, on random pictures.
import { defineTraining, optim } from "gradient-debugger";
import { mlpTraining } from "./mlp.ts";

export default defineTraining({
  ...mlpTraining,
  optimizer: (parameters) => optim.sgd(parameters, { learningRate: 0.01 }),
});
