// One equation for every operation there is: a missing one does not compile.
import type { OperationName } from "../../../training/engine.ts";
import { elementwise } from "./elementwise.ts";
import type { Equation } from "./equation.ts";
import { layers } from "./layers.ts";
import { losses } from "./losses.ts";
import { recurrent } from "./recurrent.ts";

export const operationEquations: { readonly [K in OperationName]: Equation } = {
  ...elementwise,
  ...layers,
  ...losses,
  ...recurrent,
};
