// Equations of products, views and layers without a state.
import type { OperationName } from "../../../training/engine.ts";
import { type Equation, equation, type Facts, tex, view } from "./equation.ts";

/** Gradients of a norm's weight γ and bias β, where it has them. */
const affine = ({ opt }: Facts): string[] => {
  const lines = [
    opt("γ", tex`\dL{γ} = \sum_i \dL{y_i} \odot \hat x_i`),
    opt("β", tex`\dL{β} = \sum_i \dL{y_i}`),
  ].filter((line) => line !== "");
  return lines.length === 0 ? [] : [lines.join(", \\quad ")];
};

/** What comes back to x̂. */
const upstream = ({ opt }: Facts): string => tex`u = \dL{y} ${opt("γ", "\\odot γ")}`;
const index = { index: "k" };

export const layers = {
  expand: equation(tex`y = \operatorname{broadcast}(x)`, tex`\dL{x} = \sum_{\text{copies}} \dL{y}`),
  linear: equation(
    ({ opt }) => [tex`z = a W^\top ${opt("b", "+ b")}`],
    ({ opt }) => [
      tex`\dL{W} = \dL{z}^{\!\top} a ${opt("b", tex`, \quad \dL{b} = \sum_i \dL{z_i}`)}, \quad \dL{a} = \dL{z}\, W`,
    ],
    { source: "Rumelhart, Hinton & Williams 1986, eq. 4–6" },
  ),
  matmul: equation("C = A B", tex`\dL{A} = \dL{C}\, B^\top, \quad \dL{B} = A^\top \dL{C}`),
  embedding: equation(tex`x_i = W_{k_i}`, tex`\dL{W_j} = \sum_{i:\, k_i = j} \dL{x_i}`, { letters: { tokens: "k" } }),
  reshape: view("reshape"),
  transpose: view("transpose"),
  select: view("select"),
  narrow: view("narrow"),
  slice: view("slice"),
  permute: view("permute"),
  contiguous: equation("y = x", tex`\dL{x} = \dL{y}`),
  cat: equation(
    ({ inputs }) => [tex`y = \left(${series(inputs.length, (x) => x)}\right)`],
    ({ inputs }) => [tex`\left(${series(inputs.length, (x) => tex`\dL{${x}}`)}\right) = \dL{y}`],
  ),
  "index select": equation(tex`y_i = x_{k_i}`, tex`\dL{x_j} = \sum_{i:\, k_i = j} \dL{y_i}`, { letters: index }),
  gather: equation(tex`y_i = x_{k_i}`, tex`\dL{x_j} = \sum_{i:\, k_i = j} \dL{y_i}`, { letters: index }),
  "scatter add": equation(
    tex`y = x, \quad y_{k_i} \mathrel{+}= s_i`,
    tex`\dL{x} = \dL{y}, \quad \dL{s_i} = \dL{y_{k_i}}`,
    { letters: { ...index, source: "s" } },
  ),
  "layer norm": equation(
    ({ opt }) => [
      tex`y = ${opt("γ", "γ \\odot")} \hat x ${opt("β", "+ β")}, \quad \hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}`,
    ],
    (facts) => [
      tex`${upstream(facts)}, \quad \dL{x} = \frac{1}{\sqrt{\sigma^2 + \epsilon}} \left(u - \overline{u} - \hat x \odot \overline{u \odot \hat x}\right), \quad \hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}`,
      ...affine(facts),
    ],
    { source: "Ba, Kiros & Hinton 2016" },
  ),
  "rms norm": equation(
    ({ opt }) => [tex`y = ${opt("γ", "γ \\odot")} \hat x, \quad \hat x = \frac{x}{\sqrt{\overline{x^2} + \epsilon}}`],
    (facts) => [
      tex`${upstream(facts)}, \quad \dL{x} = \frac{1}{\sqrt{\overline{x^2} + \epsilon}} \left(u - \hat x \odot \overline{u \odot \hat x}\right)`,
      ...affine(facts),
    ],
    { source: "Zhang & Sennrich 2019" },
  ),
  "batch norm": equation(
    ({ opt }) => [
      tex`y = ${opt("γ", "γ \\odot")} \hat x ${opt("β", "+ β")}, \quad \hat x = \frac{x - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}}`,
    ],
    (facts) => [
      tex`${upstream(facts)}, \quad \dL{x} = \frac{1}{\sqrt{\sigma_B^2 + \epsilon}} \left(u - \overline{u} - \hat x \odot \overline{u \odot \hat x}\right) \text{ in training}, \quad \hat x = \frac{x - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}}`,
      ...affine(facts),
    ],
    { source: "Ioffe & Szegedy 2015" },
  ),
  conv1d: equation(
    ({ opt }) => [tex`z_{o,t} = \sum_{c,k} W_{o,c,k}\, x_{c,\,t+k} ${opt("b", "+ b_o")}`],
    ({ opt }) => [
      tex`\dL{W_{o,c,k}} = \sum_t \dL{z_{o,t}} x_{c,\,t+k} ${opt("b", tex`, \quad \dL{b_o} = \sum_t \dL{z_{o,t}}`)}`,
      tex`\dL{x_{c,s}} = \sum_{o,k} W_{o,c,k} \dL{z_{o,\,s-k}}`,
    ],
    { source: "LeCun et al. 1989" },
  ),
  conv2d: equation(
    ({ opt }) => [tex`z_{o,u,v} = \sum_{c,i,j} W_{o,c,i,j}\, x_{c,\,u+i,\,v+j} ${opt("b", "+ b_o")}`],
    ({ opt }) => [
      tex`\dL{W_{o,c,i,j}} = \sum_{u,v} \dL{z_{o,u,v}} x_{c,\,u+i,\,v+j} ${opt("b", tex`, \quad \dL{b_o} = \sum_{u,v} \dL{z_{o,u,v}}`)}`,
      tex`\dL{x_{c,u,v}} = \sum_{o,i,j} W_{o,c,i,j} \dL{z_{o,\,u-i,\,v-j}}`,
    ],
    { source: "LeCun et al. 1989" },
  ),
  "max pool": equation(tex`y_w = \max_{i \in w} x_i`, [
    tex`\dL{x_i} = \sum_{w:\, i = m(w)} \dL{y_w}, \quad m(w) = \operatorname*{arg\,max}_{i \in w} x_i`,
  ]),
  "average pool": equation(
    tex`y_w = \frac{1}{|w|} \sum_{i \in w} x_i`,
    tex`\dL{x_i} = \sum_{w \ni i} \tfrac{1}{|w|} \dL{y_w}`,
  ),
  "attention scores": equation(tex`S = Q K^\top`, tex`\dL{Q} = \dL{S}\, K, \quad \dL{K} = \dL{S}^{\!\top} Q`, {
    source: "Vaswani et al. 2017, eq. 1",
  }),
  "attention weights": equation(
    tex`P = \operatorname{softmax}\!\left(\tfrac{1}{\sqrt{d}}\, S + M\right)`,
    tex`\dL{S} = \tfrac{1}{\sqrt{d}}\, P \odot \left(\dL{P} - \textstyle\sum_k \dL{P_k} \odot P_k\right)`,
    { source: "Vaswani et al. 2017, eq. 1" },
  ),
  "attention output": equation("O = P V", tex`\dL{P} = \dL{O}\, V^\top, \quad \dL{V} = P^\top \dL{O}`, {
    source: "Vaswani et al. 2017, section 3.2.2",
  }),
  custom: equation(
    ({ inputs }) => [tex`y = f\!\left(${series(inputs.length, (x) => x)}\right)`],
    ({ inputs }) => [
      tex`\left(${series(inputs.length, (x) => tex`\dL{${x}}`)}\right) = \operatorname{backward}\!\left(\dL{y}\right)`,
    ],
  ),
} satisfies Partial<Record<OperationName, Equation>>;

/** More operands than these are not all written out. */
const writtenOut = 4;

/** x, x_2, …, x_n, each as `show` writes it. */
function series(count: number, show: (x: string) => string): string {
  const letters = Array.from({ length: count }, (_, i) => show(i === 0 ? "x" : `x_{${i + 1}}`));
  if (count <= writtenOut) return letters.join(", ");
  return [...letters.slice(0, writtenOut - 1), "\\ldots", letters[count - 1]].join(", ");
}
