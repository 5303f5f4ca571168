// Entry of dist/kernelThread.cjs: the second thread of the matrix products of one run.
import { workerData } from "node:worker_threads";
import { serveSecondThread } from "../training/engine.ts";
import { type KernelThreadData, kernelBinaries } from "./files.ts";

const data: KernelThreadData = workerData;
serveSecondThread(kernelBinaries(data.dist), data);
