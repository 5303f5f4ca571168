// Exception filters: offered to the client, checked when it sets them, and kept for the run. Knows no value of a run.
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import {
  conditionDescription,
  defaultFilters,
  exceptionFilters,
  type FilterId,
  type FilterSetting,
  filterIds,
  isFilterId,
} from "../../protocol/breakpoints/exceptions.ts";
import { conditionProblem } from "../../protocol/breakpoints/numericCondition.ts";
import { type Arguments, type Body, errors } from "../dap.ts";

/** What the client shows as checkboxes. */
export const offeredFilters: Dap.ExceptionBreakpointsFilter[] = filterIds.map((filter) => ({
  filter,
  label: exceptionFilters[filter].label,
  description: exceptionFilters[filter].description,
  default: exceptionFilters[filter].default,
  supportsCondition: true,
  conditionDescription: conditionDescription(filter),
}));

export class ExceptionFilters {
  /** A client that never says which filters are on gets those that say so themselves. */
  #settings: readonly FilterSetting[] = defaultFilters;

  get settings(): readonly FilterSetting[] {
    return this.#settings;
  }

  /** For a run that is to begin. Who debugs from an iteration on is after a number that is not finite. */
  forLaunch({ debugFromIteration }: { readonly debugFromIteration?: number }): readonly FilterSetting[] {
    if (debugFromIteration === undefined || this.#settings.some(({ filter }) => filter === "notFinite"))
      return this.#settings;
    return [...this.#settings, { filter: "notFinite", condition: null }];
  }

  /** Replaces the filters that are on. The answer has one breakpoint for each, options last, as the protocol wants it. */
  set({ filters, filterOptions = [] }: Arguments<"setExceptionBreakpoints">): Body<"setExceptionBreakpoints"> {
    if (!Array.isArray(filters) || !Array.isArray(filterOptions)) {
      throw errors.badArguments(`"filters" and "filterOptions" must be lists`);
    }
    const asked = [
      ...filters.map((filter) => ({ filterId: filter, condition: undefined })),
      ...filterOptions.map((option) => ({ filterId: option?.filterId, condition: option?.condition })),
    ];
    const settings = new Map<FilterId, FilterSetting>();
    const breakpoints = asked.map(({ filterId, condition }): Dap.Breakpoint => {
      if (typeof filterId !== "string" || !isFilterId(filterId)) {
        return refused(`there is no filter "${filterId}"; there are ${filterIds.join(", ")}`);
      }
      const text = typeof condition === "string" && condition.trim() !== "" ? condition : null;
      const names = Object.keys(exceptionFilters[filterId].names);
      const problem = text === null ? null : conditionProblem(text, names);
      if (problem !== null) return refused(problem);
      settings.set(filterId, { filter: filterId, condition: text });
      return { verified: true };
    });
    this.#settings = [...settings.values()];
    return { breakpoints };
  }
}

function refused(message: string): Dap.Breakpoint {
  return { verified: false, reason: "failed", message };
}
