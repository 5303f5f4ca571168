// How the host and its worker threads talk: the shared flag, and what is handed over when they start. Knows no Node.
import type { BundledModel, BundleResult } from "./model.ts";
import type { LaunchOptions } from "./requests.ts";

/** `new SharedArrayBuffer(controlBytes)`, seen as Int32Array by both sides. */
export const controlBytes = 8;
/** Index of the flag: 0 nothing waits; 1 the port has a message. The host stores 1 and notifies; the worker stores 0. */
export const mailFlag = 0;

/**
 * `workerData` of the training worker. Requests (RequestMessage) go in over `port`; answers (ResponseMessage, it has
 * an `id`) and events (RuntimeEvent, it has a `type`) come out over it.
 */
export interface WorkerData<Port> {
  readonly model: BundledModel;
  readonly options: LaunchOptions;
  readonly control: SharedArrayBuffer;
  readonly port: Port;
  /** Absolute path of the folder with the kernels. */
  readonly dist: string;
}

/** `workerData` of the bundling worker. */
export interface BundlerData {
  /** Absolute path of `esbuild.wasm`. */
  readonly esbuildWasm: string;
}

/** host → bundling worker, over its parent port */
export interface BundlerRequest {
  readonly id: number;
  /** Absolute path of the model file. */
  readonly file: string;
}

/** bundling worker → host */
export interface BundlerResponse {
  readonly id: number;
  readonly result: BundleResult;
}
