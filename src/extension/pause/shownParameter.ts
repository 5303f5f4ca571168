// Which parameter of the model a row of the variables view is about. Knows no VS Code.
import type { ModelInfo } from "../../protocol/model.ts";

/** As much of a row as VS Code gives to a command of its menu. */
export interface VariableRow {
  readonly name?: unknown;
  readonly evaluateName?: unknown;
}

/**
 * The state-dict name: of `rnn.bias` in Parameters, of `∂L/∂(rnn.bias)` in Gradients, of `m(rnn.bias)` in Optimizer, of
 * `this.rnn.bias` under this. Null when the row is about something else.
 */
export function shownParameter({ name, evaluateName }: VariableRow, model: ModelInfo): string | null {
  const names = model.parameters.map((parameter) => parameter.name);
  const texts = [name, evaluateName].filter((text) => typeof text === "string");
  const candidates = texts.flatMap((text) => [
    text,
    text.replace(/^(this|model)\./, "").replace(/\.grad$/, ""),
    /\("?([^()"]+)"?\)/.exec(text)?.[1] ?? "",
  ]);
  return candidates.find((candidate) => names.includes(candidate)) ?? null;
}
