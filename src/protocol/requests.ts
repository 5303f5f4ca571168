// Requests to a runtime: one table, name → parameters and result. Both sides are checked against it by type.

import type { DataBreakpointRequests } from "./breakpoints/data.ts";
import type { ExceptionRequests, FilterSetting } from "./breakpoints/exceptions.ts";
import type { HistoryRequests } from "./history.ts";
import type { ChainRequests } from "./inspector/chain.ts";
import type { TensorRequests } from "./inspector/tensorPicture.ts";
import type { TimeRequests } from "./inspector/time.ts";
import type { Phase } from "./position.ts";
import type { SettingRequests } from "./settings.ts";
import type { ValueRequests } from "./values.ts";

export type { EvaluateContext, ValueInfo } from "./values.ts";

export interface ScopeInfo {
  readonly name: string;
  readonly reference: number;
  /** True when its children take noticeable time. */
  readonly expensive: boolean;
}

export interface FrameInfo {
  readonly id: number;
  /** `rnn[t=12] backward`, `backward`, `iteration 37`, `epoch 2`. */
  readonly name: string;
  readonly source: import("./position.ts").SourceRange | null;
}

/** Where to go from a pause; what each means is said in the README's table of stepping controls. */
export type ResumeMode = "continue" | "stepIn" | "stepOver" | "stepOut" | "stepBack" | "reverseContinue";

/** What a breakpoint asks for before it stops; the three texts are as the user wrote them. */
interface BreakpointTexts {
  /** Stays the same while the breakpoint does, and its count of hits with it. */
  readonly id: number;
  readonly condition: string | null;
  readonly hitCondition: string | null;
  /** A logpoint: it writes this and does not stop. */
  readonly logMessage: string | null;
}

/** A breakpoint that has a place; see the README's chapter on breakpoints. */
export type BreakpointSpec =
  | (BreakpointTexts & {
      readonly kind: "line";
      readonly sites: readonly number[];
      /** It stops in these only. */
      readonly phases: readonly Phase[];
    })
  /** `rnn`, `encoder.*`, `rnn[t=12] backward`: see `breakpoints/pattern.ts`. */
  | (BreakpointTexts & { readonly kind: "function"; readonly pattern: string });

type Empty = Readonly<Record<string, never>>;

export interface RuntimeRequests
  extends ValueRequests,
    HistoryRequests,
    ChainRequests,
    TimeRequests,
    TensorRequests,
    SettingRequests,
    DataBreakpointRequests,
    ExceptionRequests {
  /** Replaces the whole set of breakpoints. Works while running. */
  setBreakpoints: { params: { readonly breakpoints: readonly BreakpointSpec[] }; result: Empty };
  /** Stops at the next event. Works while running. */
  pause: { params: Empty; result: Empty };
  /** The rest works at a pause only; while running they fail with a message that says so. */
  resume: { params: { readonly mode: ResumeMode }; result: Empty };
  frames: { params: Empty; result: readonly FrameInfo[] };
  scopes: { params: { readonly frame: number }; result: readonly ScopeInfo[] };
}

export type RequestName = keyof RuntimeRequests;
export type RequestParams<K extends RequestName> = RuntimeRequests[K]["params"];
export type RequestResult<K extends RequestName> = RuntimeRequests[K]["result"];

/** host → runtime */
export type RequestMessage = {
  [K in RequestName]: { readonly id: number; readonly request: K; readonly params: RequestParams<K> };
}[RequestName];

/** runtime → host */
export type ResponseMessage =
  | { readonly id: number; readonly ok: true; readonly result: RequestResult<RequestName> }
  | { readonly id: number; readonly ok: false; readonly message: string };

/** How a run is started. */
export interface LaunchOptions {
  readonly stopOnEntry: boolean;
  /** False: no pause point ever stops (`noDebug`). */
  readonly debug: boolean;
  readonly seed: number | null;
  readonly epochs: number | null;
  /** 2: large matrix products use a second thread; the numbers stay the same, bit for bit. Default: 2 where the machine has four processors. */
  readonly threads?: number;
  /** The kernels that give the same bits on every machine; a little slower. Default false. */
  readonly deterministic?: boolean;
  /** Bound of the memory for going back in the run, in MB; 0: no going back. Default 256. */
  readonly historyMegabytes?: number | undefined;
  /** Show the model at play (`playing` events): it takes one hundredth of the time. Default false. */
  readonly playing?: boolean;
  /** Significant digits of the numbers that are shown. Default 4. */
  readonly precision?: number;
  /** Exception filters that are on from the first iteration on. Default: those that say so themselves. */
  readonly exceptionFilters?: readonly FilterSetting[];
  /** Nothing stops the run before this iteration. */
  readonly debugFromIteration?: number;
  /** Breakpoints that hold from the first iteration on. */
  readonly breakpoints: readonly BreakpointSpec[];
}
