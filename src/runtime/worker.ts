// Entry of dist/worker.cjs: one worker thread, one run. Ends by itself when the run has ended.
import { type MessagePort, workerData } from "node:worker_threads";
import type { WorkerData } from "../protocol/control.ts";
import { TrainingWorker } from "./trainingWorker.ts";

const data: WorkerData<MessagePort> = workerData;
new TrainingWorker(data).train();
data.port.close();
