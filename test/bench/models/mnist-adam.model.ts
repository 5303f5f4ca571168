// Benchmark: multilayer perceptron 784-256-128-10, batch 64, Adam, on random pictures.
import { defineTraining, optim } from "gradient-debugger";
import { mlpTraining } from "./mlp.ts";

export default defineTraining({
  ...mlpTraining,
  optimizer: (parameters) => optim.adam(parameters, { learningRate: 1e-3 }),
});
