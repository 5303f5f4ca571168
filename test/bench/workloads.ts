// The workloads of the benchmark, what each contender must at least run of it, and the ratios that are aimed at. Pure data.

/** Whose engine a process runs. */
export type Engine = "ours" | "torch" | "tfjs";

/** Steps before the clock starts, beside a third of the measured time; and steps that are measured even when time is up. */
export interface Steps {
  readonly warmUp: number;
  readonly least: number;
}

export interface Workload {
  /** Name of the model file, and the word that every contender's script takes. */
  readonly name: string;
  readonly title: string;
  /**
   * As many as the compiler of each needs to have seen: with fewer, the first machine code is measured. In TensorFlow.js a
   * step of the large ones takes a second or three, so they are few there; its time lies in kernels that are warm by then.
   */
  readonly steps: Readonly<Record<Engine, Steps>>;
  /** Our step over PyTorch's with OpenBLAS, both on one thread, and ours on two threads over PyTorch's on one. */
  readonly goals: { readonly toTorch: number; readonly twoThreadsToTorch?: number; readonly fasterThanTfjs: number };
}

export const workloads: readonly Workload[] = [
  {
    name: "mnist-sgd",
    title: "MLP 784-256-128-10, ReLU, batch 64, SGD",
    steps: { ours: { warmUp: 400, least: 50 }, torch: { warmUp: 100, least: 50 }, tfjs: { warmUp: 40, least: 20 } },
    goals: { toTorch: 1.4, fasterThanTfjs: 12 },
  },
  {
    name: "mnist-adam",
    title: "MLP 784-256-128-10, ReLU, batch 64, Adam",
    steps: { ours: { warmUp: 400, least: 50 }, torch: { warmUp: 100, least: 50 }, tfjs: { warmUp: 40, least: 20 } },
    goals: { toTorch: 0.8, fasterThanTfjs: 12 },
  },
  {
    name: "char-rnn-adam",
    title: "tanh RNN 65-128, head 65, T 32, batch 16, Adam",
    steps: { ours: { warmUp: 250, least: 50 }, torch: { warmUp: 100, least: 50 }, tfjs: { warmUp: 20, least: 15 } },
    goals: { toTorch: 0.7, fasterThanTfjs: 18 },
  },
  {
    name: "lstm-128",
    title: "LSTM 65-128, head 65, T 32, batch 16, Adam",
    steps: { ours: { warmUp: 100, least: 30 }, torch: { warmUp: 50, least: 30 }, tfjs: { warmUp: 6, least: 8 } },
    goals: { toTorch: 0.6, fasterThanTfjs: 20 },
  },
  {
    name: "lstm-256",
    title: "LSTM 65-256, head 65, T 64, batch 32, Adam",
    steps: { ours: { warmUp: 12, least: 10 }, torch: { warmUp: 5, least: 10 }, tfjs: { warmUp: 1, least: 3 } },
    goals: { toTorch: 1.1, twoThreadsToTorch: 0.7, fasterThanTfjs: 25 },
  },
  {
    name: "tiny-mlp",
    title: "MLP 2-8-8-1, tanh, batch 32, MSE, SGD",
    steps: {
      ours: { warmUp: 20000, least: 2000 },
      torch: { warmUp: 2000, least: 1000 },
      tfjs: { warmUp: 2000, least: 1000 },
    },
    goals: { toTorch: 0.05, fasterThanTfjs: 40 },
  },
  {
    name: "transformer",
    title: "transformer, 2 pre-norm layers, d 128, 4 heads, T 64, batch 8, Adam",
    steps: { ours: { warmUp: 40, least: 20 }, torch: { warmUp: 20, least: 20 }, tfjs: { warmUp: 2, least: 4 } },
    goals: { toTorch: 1.3, twoThreadsToTorch: 0.85, fasterThanTfjs: 15 },
  },
];
