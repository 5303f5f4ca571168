// Data breakpoints and exception filters as the worker asks for them: the requests about both, answered.
import { dataIdOf, describeTarget } from "../../protocol/breakpoints/data.ts";
import { Tensor } from "../../training/engine.ts";
import type { RequestHandlers } from "../mailbox.ts";
import type { DataTrigger } from "./data/data.ts";
import { type Context, targetOf } from "./data/targets.ts";
import type { ExceptionTrigger } from "./exceptions/exceptions.ts";

export interface WatchingHost {
  /** False: nothing is watched in this run. */
  readonly debug: boolean;
  /** Read when a request comes: the triggers are made after the mailbox. */
  readonly triggers: () => { readonly data: DataTrigger; readonly exceptions: ExceptionTrigger };
  /** @throws Error while the run is going on */
  readonly paused: () => Context;
  /** The value of a child of a container, or, without a reference, of an expression. @throws Error for the user */
  readonly lookUp: (reference: number | null, name: string) => unknown;
}

export type WatchingHandlers = Pick<
  RequestHandlers,
  "setDataBreakpoints" | "dataBreakpointInfo" | "setExceptionFilters" | "exceptionInfo"
>;

export function watchingHandlers({ debug, triggers, paused, lookUp }: WatchingHost): WatchingHandlers {
  return {
    setDataBreakpoints: ({ breakpoints }) => ({ problems: debug ? triggers().data.set(breakpoints) : [] }),
    setExceptionFilters: ({ filters }) => ({ problems: debug ? triggers().exceptions.set(filters) : [] }),
    exceptionInfo: () => {
      const { details } = triggers().exceptions;
      if (details === null) throw new Error("the run has not stopped at an exception");
      return details;
    },
    dataBreakpointInfo: ({ reference, name }) => {
      const context = paused();
      const value = lookUp(reference, name);
      const no = (why: string) => ({ dataId: null, description: `${name} cannot be watched: ${why}` });
      if (!(value instanceof Tensor)) return no("only tensors can be");
      const target = targetOf(context, value);
      if (target !== null) return { dataId: dataIdOf(target), description: describeTarget(target) };
      return no(
        "only parameters, gradients, outputs of layers, their timesteps and variables can be, each as a whole; not their parts, and not what an expression computes",
      );
    },
  };
}
