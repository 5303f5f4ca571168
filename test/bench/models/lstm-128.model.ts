// Benchmark: LSTM over 65 characters, hidden 128, 32 timesteps, batch 16, Adam.
import { lstmTraining } from "./lstm.ts";

export default lstmTraining(128, 32, 16);
