// What the adapter needs of a runtime, whatever it is: requests, events, an end. Our worker is one; see workerRuntime.ts.
import type { RuntimeEvent } from "../../protocol/events.ts";
import type { BundledModel, BundleResult } from "../../protocol/model.ts";
import type { LaunchOptions, RequestName, RequestParams, RequestResult } from "../../protocol/requests.ts";

export interface Disposable {
  dispose(): void;
}

export interface Runtime {
  /** Rejects with an Error whose message is for the user. */
  request<K extends RequestName>(name: K, params: RequestParams<K>): Promise<RequestResult<K>>;
  /** Events begin only after the first listener is there, so none is lost. */
  onEvent(listener: (event: RuntimeEvent) => void): Disposable;
  /** Ends the run at once, also in an endless loop of user code. Resolves when nothing of it is left. */
  terminate(): Promise<void>;
}

/** How runs are made; the session gets one, so that tests can hand it another. */
export interface RuntimeFactory {
  bundle(file: string): Promise<BundleResult>;
  start(model: BundledModel, options: LaunchOptions): Runtime;
}
