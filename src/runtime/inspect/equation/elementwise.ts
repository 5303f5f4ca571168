// Equations of operations that work element by element, and of reductions.
import type { OperationName } from "../../../training/engine.ts";
import { activation, type Equation, equation, map, tex } from "./equation.ts";

export const elementwise = {
  add: equation("z = x + y", tex`\dL{x} = \dL{z}, \quad \dL{y} = \dL{z}`),
  sub: equation("z = x - y", tex`\dL{x} = \dL{z}, \quad \dL{y} = -\dL{z}`),
  mul: equation(tex`z = x \odot y`, tex`\dL{x} = \dL{z} \odot y, \quad \dL{y} = \dL{z} \odot x`),
  div: equation("z = x / y", tex`\dL{x} = \dL{z} / y, \quad \dL{y} = -\dL{z} \odot z / y`),
  relu: activation(tex`\max(0, z)`, "[z > 0]"),
  sigmoid: activation(tex`\sigma(z) = \frac{1}{1 + e^{-z}}`, tex`a \odot (1 - a)`),
  tanh: activation(tex`\tanh z`, "(1 - a^2)"),
  gelu: activation(tex`z \odot \Phi(z)`, tex`\left(\Phi(z) + z \odot \varphi(z)\right)`, "Hendrycks & Gimpel 2016"),
  geluTanh: activation(
    tex`\tfrac{1}{2} z \odot \left(1 + \tanh u\right), \quad u = \sqrt{2/\pi}\,(z + 0.044715\, z^3)`,
    tex`\tfrac{1}{2}\left(1 + \tanh u + z \odot (1 - \tanh^2 u) \odot u'\right)`,
    "Hendrycks & Gimpel 2016",
  ),
  exp: map("e^x", "y"),
  log: map(tex`\ln x`, "1/x"),
  sqrt: map(tex`\sqrt{x}`, "1/(2y)"),
  square: map("x^2", "2x"),
  negate: map("-x", "(-1)"),
  reciprocal: map("1/x", "(-y^2)"),
  abs: map("|x|", tex`\operatorname{sign}(x)`),
  leakyRelu: activation(tex`\max(z, \alpha z)`, tex`([z > 0] + \alpha [z \le 0])`, "Maas, Hannun & Ng 2013"),
  elu: activation(
    tex`\max(z, 0) + \alpha \min(e^z - 1, 0)`,
    tex`([z > 0] + \alpha e^z [z \le 0])`,
    "Clevert, Unterthiner & Hochreiter 2016",
  ),
  selu: activation(
    tex`\lambda \left(\max(z, 0) + \alpha \min(e^z - 1, 0)\right)`,
    tex`\lambda ([z > 0] + \alpha e^z [z \le 0])`,
    "Klambauer et al. 2017",
  ),
  silu: activation(
    tex`z \odot \sigma(z)`,
    tex`\sigma(z) \odot \left(1 + z \odot (1 - \sigma(z))\right)`,
    "Elfwing, Uchibe & Doya 2018",
  ),
  softplus: activation(tex`\tfrac{1}{\beta} \ln(1 + e^{\beta z})`, tex`\sigma(\beta z)`, "Dugas et al. 2001"),
  maximum: equation(tex`z = \max(x, y)`, [
    tex`\dL{x} = \dL{z} \odot \left([x > y] + \tfrac{1}{2} [x = y]\right)`,
    tex`\dL{y} = \dL{z} \odot \left([y > x] + \tfrac{1}{2} [x = y]\right)`,
  ]),
  minimum: equation(tex`z = \min(x, y)`, [
    tex`\dL{x} = \dL{z} \odot \left([x < y] + \tfrac{1}{2} [x = y]\right)`,
    tex`\dL{y} = \dL{z} \odot \left([y < x] + \tfrac{1}{2} [x = y]\right)`,
  ]),
  clamp: map(tex`\min(\max(x, \text{low}), \text{high})`, tex`[\text{low} \le x \le \text{high}]`),
  pow: map("x^p", "p\\, x^{p-1}"),
  where: equation(
    tex`z = c \odot x + (1 - c) \odot y`,
    tex`\dL{x} = \dL{z} \odot c, \quad \dL{y} = \dL{z} \odot (1 - c)`,
    { letters: { condition: "c" } },
  ),
  sum: equation(tex`y = \sum_i x_i`, tex`\dL{x_i} = \dL{y}`),
  mean: equation(tex`y = \frac{1}{n} \sum_{i=1}^{n} x_i`, tex`\dL{x_i} = \tfrac{1}{n} \dL{y}`, {
    constants: ({ inputs: [x], output }) => [{ tex: "n", value: x.length / Math.max(1, output.length) }],
  }),
  max: equation(tex`y = \max_i x_i`, tex`\dL{x_i} = \dL{y} \, \frac{[x_i = y]}{\sum_k [x_k = y]}`),
  min: equation(tex`y = \min_i x_i`, tex`\dL{x_i} = \dL{y} \, \frac{[x_i = y]}{\sum_k [x_k = y]}`),
  norm: equation(tex`y = \lVert x \rVert = \sqrt{\textstyle\sum_i x_i^2}`, tex`\dL{x} = \dL{y} \, \frac{x}{y}`),
  softmax: equation(
    tex`p_j = \frac{e^{x_j}}{\sum_k e^{x_k}}`,
    tex`\dL{x_j} = p_j \left(\dL{p_j} - \sum_k \dL{p_k} p_k\right)`,
  ),
  "log softmax": equation(
    tex`\ell_j = \ln p_j = x_j - \ln \sum_k e^{x_k}`,
    tex`\dL{x_j} = \dL{\ell_j} - e^{\ell_j} \sum_k \dL{\ell_k}`,
    { letters: { "log p": "\\ell" } },
  ),
  dropout: equation(
    tex`y = \frac{m \odot x}{1 - p}, \quad m_i \sim \operatorname{Bernoulli}(1 - p)`,
    tex`\dL{x} = \frac{m}{1 - p} \odot \dL{y}`,
    { source: "Srivastava et al. 2014" },
  ),
} satisfies Partial<Record<OperationName, Equation>>;
