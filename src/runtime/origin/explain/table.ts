// One explanation for every operation there is: a missing one does not compile.
import type { OperationName } from "../../../training/engine.ts";
import { elementwise } from "./elementwise.ts";
import { anyGradient, anyValue, computes, type Explanation, keeps } from "./explanation.ts";
import { losses } from "./losses.ts";
import { norms } from "./norms.ts";
import { products } from "./products.ts";
import { recurrent } from "./recurrent.ts";
import { reductions } from "./reductions.ts";

export const explanations: { readonly [K in OperationName]: Explanation } = {
  ...elementwise,
  ...reductions,
  ...losses,
  ...products,
  ...recurrent,
  ...norms,
  // these look at, copy or pick
  expand: keeps,
  reshape: keeps,
  transpose: keeps,
  select: keeps,
  narrow: keeps,
  slice: keeps,
  permute: keeps,
  contiguous: keeps,
  cat: keeps,
  embedding: keeps,
  "index select": keeps,
  gather: keeps,
  "max pool": keeps,
  "average pool": keeps,
  "scatter add": computes(anyValue),
  custom: computes(anyValue, anyGradient),
};
