// Equations of the losses. Written with a divisor D: the mean divides the sum over samples, a sum does not.
import type { OperationName, Tensor } from "../../../training/engine.ts";
import { type Equation, equation, type Facts, isScalar, tex } from "./equation.ts";

/** A loss of each sample, or their sum over D. */
const summed =
  (each: string, sum: string): ((facts: Facts) => readonly string[]) =>
  ({ output }) =>
    isScalar(output) ? [each, sum] : [each];

const divisor = tex`D = N \text{ for the mean, } 1 \text{ for the sum}`;

/** Are the targets numbers of classes, not probabilities? */
const isClasses = (target: Tensor | undefined) => target?.dtype === "int32";

const samples = ({ inputs: [x, target] }: Facts) => [
  { tex: "N", value: isClasses(target) ? target.length : x.length / (x.shape.at(-1) || 1) },
  { tex: "C", value: x.shape.at(-1) ?? 1 },
];

const elements = ({ inputs: [x] }: Facts) => [{ tex: "n", value: x.length }];

export const losses = {
  "cross entropy": equation(
    (facts) => {
      const p = tex`p_{ij} = \frac{e^{x_{ij}}}{\sum_k e^{x_{ik}}}`;
      const each = isClasses(facts.inputs[1])
        ? tex`\ell_i = -\ln p_{i,\, y_i}`
        : tex`\ell_i = -\sum_j y_{ij} \ln p_{ij}`;
      return isScalar(facts.output)
        ? [p, tex`${each}, \quad L = \frac{1}{D} \sum_{i=1}^{N} \ell_i, \quad ${divisor}`]
        : [p, each.replace("\\ell_i", "L_i")];
    },
    (facts) => {
      const scale = isScalar(facts.output) ? tex`\tfrac{1}{D}\, \dL{L}` : tex`\dL{L_i}`;
      return isClasses(facts.inputs[1])
        ? [tex`\dL{x_{ij}} = ${scale} \left(p_{ij} - [j = y_i]\right), \quad p_i = \operatorname{softmax}(x_i)`]
        : [tex`\dL{x_{ij}} = ${scale} \left(p_{ij} \textstyle\sum_k y_{ik} - y_{ij}\right)`];
    },
    { source: "Bridle 1990", letters: { logits: "x", target: "y" }, constants: samples },
  ),
  "squared error": equation(
    tex`L = \frac{1}{D} \sum_{i=1}^{n} (\hat y_i - y_i)^2, \quad D = n \text{ for the mean, } 1 \text{ for the sum}`,
    tex`\dL{\hat y} = \tfrac{2}{D}\, \dL{L}\, (\hat y - y)`,
    { letters: { output: "\\hat y", target: "y" }, constants: elements },
  ),
  nll: equation(
    summed(tex`\ell_i = -x_{i,\, y_i}`, tex`L = \frac{1}{D} \sum_{i=1}^{N} \ell_i, \quad ${divisor}`),
    ({ output }) => [tex`\dL{x_{ij}} = -${isScalar(output) ? tex`\tfrac{1}{D} \dL{L}` : tex`\dL{L_i}`} [j = y_i]`],
    { letters: { "log p": "x", target: "y" }, constants: samples },
  ),
  huber: equation(
    [
      tex`d = \hat y - y, \quad c = \min(\max(d, -\delta), \delta)`,
      tex`L = c \odot \left(d - \tfrac{1}{2} c\right) = \begin{cases} \tfrac{1}{2} d^2 & |d| \le \delta \\ \delta\, (|d| - \tfrac{1}{2} \delta) & |d| > \delta \end{cases}`,
    ],
    tex`\dL{\hat y} = \dL{L} \odot \min(\max(\hat y - y, -\delta), \delta)`,
    { source: "Huber 1964", letters: { output: "\\hat y", target: "y" } },
  ),
  "binary cross entropy": equation(
    tex`L = -y \odot \ln \sigma(x) - (1 - y) \odot \ln\!\left(1 - \sigma(x)\right)`,
    tex`\dL{x} = \dL{L} \odot \left(\sigma(x) - y\right)`,
    { letters: { logits: "x", target: "y" } },
  ),
  "kl divergence": equation(tex`L = y \odot (\ln y - x), \quad x = \ln p`, tex`\dL{x} = -\dL{L} \odot y`, {
    source: "Kullback & Leibler 1951",
    letters: { "log p": "x", target: "y" },
  }),
} satisfies Partial<Record<OperationName, Equation>>;
