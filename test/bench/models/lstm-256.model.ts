// Benchmark: LSTM over 65 characters, hidden 256, 64 timesteps, batch 32, Adam.
import { lstmTraining } from "./lstm.ts";

export default lstmTraining(256, 64, 32);
