// Typesets TeX of a report, as boxes to see and as MathML for screen readers.
import katex from "katex";
import { equationMacros } from "../../../src/protocol/inspector/equation.ts";
import { make } from "../../dom.ts";

/** Marked symbols have the attribute `data-symbol`, the number of the symbol. */
export function mathOf(tex: string, className: string): HTMLElement {
  const element = make("div", className);
  // not in display mode: a long equation may break at its operators where the page is narrow
  katex.render(`\\displaystyle ${tex}`, element, {
    output: "htmlAndMathml",
    throwOnError: false,
    // the one command beside TeX's own; it sets an attribute and can do no more
    trust: ({ command }) => command === "\\htmlData",
    strict: (code: string) => (code === "htmlExtension" ? "ignore" : "warn"),
    macros: { ...equationMacros },
  });
  return element;
}

/** Equations that stand in one line where there is room, and below each other where there is not. */
export function partsOf(line: string): readonly string[] {
  return line.split(/,?\s*\\q?quad\s*/);
}
