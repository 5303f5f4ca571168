// A number in a table cell, or a dash that says why there is none.
import { make, setText } from "../dom.ts";
import { formatNumber, missing } from "../format.ts";

export interface NumberView {
  readonly element: HTMLElement;
  /** `why` explains a null, for which `mark` stands. */
  set(value: number | null, why: string, mark?: string): void;
}

export function createNumber(tag: "td" | "span", className: string): NumberView {
  const digits = make("span", "digits");
  const reason = make("span", "visually-hidden");
  const element = make(tag, className, {}, digits, reason);
  return {
    element,
    set(value, why, mark = missing) {
      setText(digits, value === null ? mark : formatNumber(value));
      setText(reason, value === null ? ` ${why}` : "");
      digits.classList.toggle("none", value === null);
      digits.classList.toggle("bad", value !== null && !Number.isFinite(value));
      if (digits.title !== (value === null ? why : "")) digits.title = value === null ? why : "";
    },
  };
}
