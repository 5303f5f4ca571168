// Patterns over state-dict names, for freezing: `*` stands for anything within a name, `**` for anything at all.
import { engine } from "../engine/engine.ts";
import type { Parameter } from "../engine/tensor.ts";

/** Names are listed in an error up to this many. */
const listLimit = 30;

/**
 * Sets whether the parameters whose names match are trained.
 * @throws ModelError listing the names when none matches
 */
export function setTrainable(parameters: readonly [string, Parameter][], pattern: string, trainable: boolean): void {
  const expression = patternExpression(pattern);
  const matching = parameters.filter(([name]) => expression.test(name));
  if (matching.length === 0) {
    const names = parameters.map(([name]) => name);
    const shown = names.slice(0, listLimit).join(", ");
    const more = names.length > listLimit ? ` and ${names.length - listLimit} more` : "";
    throw engine().error(
      `${trainable ? "unfreeze" : "freeze"}: no parameter is named like "${pattern}" (* stands for anything between two dots, ** for anything); there are ${shown}${more}`,
    );
  }
  for (const [, parameter] of matching) parameter.requiresGrad = trainable;
}

function patternExpression(pattern: string): RegExp {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) => (part === "**" ? ".*" : part === "*" ? "[^.]*" : part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")));
  return new RegExp(`^${source.join("")}$`);
}
