// The equation of every operation, forward and backward, as TeX. The letters are those that the variables show.
import type { OperationName } from "../../../training/engine.ts";

export interface Equation {
  readonly forward: readonly string[];
  readonly backward: readonly string[];
  /** Author, year and place; empty for what every textbook has. */
  readonly source: string;
}

const equation = (forward: string | string[], backward: string | string[], source = ""): Equation => ({
  forward: [forward].flat(),
  backward: [backward].flat(),
  source,
});

/** y = f(x), dx = dy ⊙ f'. */
const map = (f: string, derivative: string, source = "", [x, y] = ["x", "y"]): Equation =>
  equation(`${y} = ${f}`, String.raw`\dL{${x}} = \dL{${y}} \odot ${derivative}`, source);

const activation = (f: string, derivative: string, source = ""): Equation => map(f, derivative, source, ["z", "a"]);

/** The elements in another order or place: the gradient goes back to where they came from. */
const view = (what: string): Equation =>
  equation(
    String.raw`y = \operatorname{${what}}(x)`,
    String.raw`\dL{x} = \operatorname{${what}}^{-1}\!\left(\dL{y}\right)`,
  );

const gate = (letter: string, f: "\\sigma" | "\\tanh", source: string): Equation =>
  equation(
    `${letter}_t = ${f}(z_{${letter},t})`,
    String.raw`\delta_{${letter},t} = \dL{${letter}_t} \odot ${f === "\\tanh" ? `(1 - ${letter}_t^2)` : `${letter}_t \\odot (1 - ${letter}_t)`}`,
    source,
  );

const lstmSource = "Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000";
const gruSource = "Cho et al. 2014";
const tex = String.raw;

export const operationEquations: { readonly [K in OperationName]: Equation } = {
  add: equation("z = x + y", tex`\dL{x} = \dL{z}, \quad \dL{y} = \dL{z}`),
  sub: equation("z = x - y", tex`\dL{x} = \dL{z}, \quad \dL{y} = -\dL{z}`),
  mul: equation(tex`z = x \odot y`, tex`\dL{x} = \dL{z} \odot y, \quad \dL{y} = \dL{z} \odot x`),
  div: equation("z = x / y", tex`\dL{x} = \dL{z} / y, \quad \dL{y} = -\dL{z} \odot z / y`),
  relu: activation(tex`\max(0, z)`, "[z > 0]"),
  sigmoid: activation(tex`\sigma(z) = \frac{1}{1 + e^{-z}}`, tex`a \odot (1 - a)`),
  tanh: activation(tex`\tanh z`, "(1 - a^2)"),
  gelu: activation(tex`z \, \Phi(z)`, tex`\left(\Phi(z) + z \, \varphi(z)\right)`, "Hendrycks & Gimpel 2016"),
  geluTanh: activation(
    tex`\tfrac{1}{2} z \left(1 + \tanh u\right), \quad u = \sqrt{2/\pi}\,(z + 0.044715\, z^3)`,
    tex`\tfrac{1}{2}\left(1 + \tanh u + z\,(1 - \tanh^2 u)\, u'\right)`,
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
    tex`z \text{ if } z > 0, \text{ else } \alpha (e^z - 1)`,
    tex`([z > 0] + \alpha e^z [z \le 0])`,
    "Clevert, Unterthiner & Hochreiter 2016",
  ),
  selu: activation(
    tex`\lambda \left(z \text{ if } z > 0, \text{ else } \alpha (e^z - 1)\right)`,
    tex`\lambda ([z > 0] + \alpha e^z [z \le 0])`,
    "Klambauer et al. 2017",
  ),
  silu: activation(
    tex`z \, \sigma(z)`,
    tex`\sigma(z) \left(1 + z (1 - \sigma(z))\right)`,
    "Elfwing, Uchibe & Doya 2018",
  ),
  softplus: activation(tex`\tfrac{1}{\beta} \ln(1 + e^{\beta z})`, tex`\sigma(\beta z)`, "Dugas et al. 2001"),
  expand: equation(tex`y = \operatorname{broadcast}(x)`, tex`\dL{x} = \sum_{\text{copies}} \dL{y}`),
  linear: equation(
    tex`z = a W^\top + b`,
    [tex`\delta = \dL{z}`, tex`\dL{W} = \delta^\top a, \quad \dL{b} = \sum_i \delta_i, \quad \dL{a} = \delta W`],
    "Rumelhart, Hinton & Williams 1986, eq. 4–6",
  ),
  matmul: equation("C = A B", tex`\dL{A} = \dL{C} B^\top, \quad \dL{B} = A^\top \dL{C}`),
  embedding: equation(tex`x_i = W_{\text{token}_i}`, tex`\dL{W_k} = \sum_{i:\, \text{token}_i = k} \dL{x_i}`),
  "rnn step": equation(
    tex`h_t = \sigma(z_t + W_{hh} h_{t-1} + b_{hh}), \quad z_t = W_{xh} x_t + b_{xh}`,
    [
      tex`\delta_t = \dL{h_t} \odot \sigma'(h_t), \quad \dL{h_{t-1}} \mathrel{+}= W_{hh}^\top \delta_t`,
      tex`\dL{W_{hh}} \mathrel{+}= \delta_t h_{t-1}^\top, \quad \dL{b_{hh}} \mathrel{+}= \delta_t`,
    ],
    "Elman 1990; Werbos 1990",
  ),
  "lstm gates": equation(
    tex`z_t = W_{xh} x_t + b_{xh} + W_{hh} h_{t-1} + b_{hh}, \quad z = (z_i, z_f, z_g, z_o)`,
    [
      tex`\dL{h_{t-1}} \mathrel{+}= W_{hh}^\top \delta_t, \quad \delta = (\delta_i, \delta_f, \delta_g, \delta_o)`,
      tex`\dL{W_{hh}} \mathrel{+}= \delta_t h_{t-1}^\top, \quad \dL{b_{hh}} \mathrel{+}= \delta_t`,
    ],
    lstmSource,
  ),
  "lstm i": gate("i", "\\sigma", lstmSource),
  "lstm f": gate("f", "\\sigma", lstmSource),
  "lstm g": gate("g", "\\tanh", lstmSource),
  "lstm o": gate("o", "\\sigma", lstmSource),
  "lstm c": equation(
    tex`c_t = f_t \odot c_{t-1} + i_t \odot g_t`,
    [
      tex`\dL{c_{t-1}} \mathrel{+}= \dL{c_t} \odot f_t, \quad \dL{f_t} = \dL{c_t} \odot c_{t-1}`,
      tex`\dL{i_t} = \dL{c_t} \odot g_t, \quad \dL{g_t} = \dL{c_t} \odot i_t`,
    ],
    lstmSource,
  ),
  "lstm h": equation(
    tex`h_t = o_t \odot \tanh c_t`,
    tex`\dL{o_t} = \dL{h_t} \odot \tanh c_t, \quad \dL{c_t} \mathrel{+}= \dL{h_t} \odot o_t \odot (1 - \tanh^2 c_t)`,
    lstmSource,
  ),
  "gru gates": equation(
    tex`\tilde z_t = W_{xh} x_t + b_{xh}, \quad u_t = W_{hh} h_{t-1} + b_{hh}`,
    [
      tex`\dL{h_{t-1}} \mathrel{+}= W_{hh}^\top (\delta_r, \delta_z, \delta_n \odot r_t)`,
      tex`\dL{W_{hh}} \mathrel{+}= (\delta_r, \delta_z, \delta_n \odot r_t)\, h_{t-1}^\top`,
    ],
    gruSource,
  ),
  "gru r": gate("r", "\\sigma", gruSource),
  "gru z": gate("z", "\\sigma", gruSource),
  "gru n": equation(
    tex`n_t = \tanh(\tilde z_{n,t} + r_t \odot u_{n,t})`,
    tex`\delta_{n,t} = \dL{n_t} \odot (1 - n_t^2), \quad \dL{r_t} = \delta_{n,t} \odot u_{n,t}`,
    gruSource,
  ),
  "gru h": equation(
    tex`h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}`,
    [
      tex`\dL{n_t} = \dL{h_t} \odot (1 - z_t), \quad \dL{z_t} = \dL{h_t} \odot (h_{t-1} - n_t)`,
      tex`\dL{h_{t-1}} \mathrel{+}= \dL{h_t} \odot z_t`,
    ],
    gruSource,
  ),
  "cross entropy": equation(
    [tex`p_i = \operatorname{softmax}(x_i), \quad L = -\frac{1}{N} \sum_i \ln p_{i,\text{target}_i}`],
    tex`\dL{x_{ij}} = \tfrac{1}{N} \left(p_{ij} - [j = \text{target}_i]\right)`,
    "Bridle 1990",
  ),
  "squared error": equation(tex`L = \frac{1}{n} \sum (y - \hat y)^2`, tex`\dL{y} = \tfrac{2}{n} (y - \hat y)`),
  nll: equation(
    tex`L = -\frac{1}{N} \sum_i (\ln p)_{i,\text{target}_i}`,
    tex`\dL{(\ln p)_{ij}} = -\tfrac{1}{N} [j = \text{target}_i]`,
  ),
  huber: equation(
    tex`\ell = \tfrac{1}{2} d^2 \text{ if } |d| \le \beta, \text{ else } \beta (|d| - \tfrac{\beta}{2}), \quad d = y - \hat y`,
    tex`\dL{y} = \tfrac{1}{n} \min(\max(d, -\beta), \beta)`,
    "Huber 1964",
  ),
  "binary cross entropy": equation(
    tex`\ell = -y \ln \sigma(x) - (1 - y) \ln(1 - \sigma(x))`,
    tex`\dL{x} = \tfrac{1}{n} (\sigma(x) - y)`,
  ),
  "kl divergence": equation(tex`\ell = q\,(\ln q - \ln p)`, tex`\dL{\ln p} = -q / n`, "Kullback & Leibler 1951"),
  softmax: equation(
    tex`p_j = \frac{e^{x_j}}{\sum_k e^{x_k}}`,
    tex`\dL{x_j} = p_j \left(\dL{p_j} - \sum_k \dL{p_k} p_k\right)`,
  ),
  "log softmax": equation(
    tex`\ln p_j = x_j - \ln \sum_k e^{x_k}`,
    tex`\dL{x_j} = \dL{\ln p_j} - p_j \sum_k \dL{\ln p_k}`,
  ),
  sum: equation(tex`y = \sum_i x_i`, tex`\dL{x_i} = \dL{y}`),
  mean: equation(tex`y = \frac{1}{n} \sum_i x_i`, tex`\dL{x_i} = \tfrac{1}{n} \dL{y}`),
  max: equation(tex`y = \max_i x_i`, tex`\dL{x_i} = \dL{y} \, \frac{[x_i = y]}{\#\{x = y\}}`),
  min: equation(tex`y = \min_i x_i`, tex`\dL{x_i} = \dL{y} \, \frac{[x_i = y]}{\#\{x = y\}}`),
  norm: equation(tex`y = \lVert x \rVert = \sqrt{\textstyle\sum_i x_i^2}`, tex`\dL{x} = \dL{y} \, \frac{x}{y}`),
  reshape: view("reshape"),
  transpose: view("transpose"),
  select: view("select"),
  narrow: view("narrow"),
  slice: view("slice"),
  permute: view("permute"),
  contiguous: equation("y = x", tex`\dL{x} = \dL{y}`),
  cat: equation(tex`y = (x_1, x_2, \ldots)`, tex`\left(\dL{x_1}, \dL{x_2}, \ldots\right) = \dL{y}`),
  where: equation(
    tex`z = x \text{ where } c, \text{ else } y`,
    tex`\dL{x} = \dL{z} \odot [c], \quad \dL{y} = \dL{z} \odot [\neg c]`,
  ),
  maximum: equation(tex`z = \max(x, y)`, tex`\dL{x} = \dL{z} \odot [x > y], \quad \dL{y} = \dL{z} \odot [y > x]`),
  minimum: equation(tex`z = \min(x, y)`, tex`\dL{x} = \dL{z} \odot [x < y], \quad \dL{y} = \dL{z} \odot [y < x]`),
  clamp: map(tex`\min(\max(x, \text{low}), \text{high})`, tex`[\text{low} \le x \le \text{high}]`),
  pow: map("x^p", "p\\, x^{p-1}"),
  "index select": equation(tex`y_i = x_{\text{index}_i}`, tex`\dL{x_k} = \sum_{i:\, \text{index}_i = k} \dL{y_i}`),
  gather: equation(tex`y_i = x_{\text{index}_i}`, tex`\dL{x_k} = \sum_{i:\, \text{index}_i = k} \dL{y_i}`),
  "scatter add": equation(
    tex`y = x, \quad y_{\text{index}_i} \mathrel{+}= s_i`,
    tex`\dL{x} = \dL{y}, \quad \dL{s_i} = \dL{y_{\text{index}_i}}`,
  ),
  dropout: equation(
    tex`y = \frac{m \odot x}{1 - p}, \quad m_i \sim \operatorname{Bernoulli}(1 - p)`,
    tex`\dL{x} = \frac{m}{1 - p} \odot \dL{y}`,
    "Srivastava et al. 2014",
  ),
  "layer norm": equation(
    tex`y = \gamma \odot \hat x + \beta, \quad \hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}`,
    [
      tex`u = \dL{y} \odot \gamma, \quad \dL{x} = \frac{1}{\sqrt{\sigma^2 + \epsilon}} \left(u - \overline{u} - \hat x \, \overline{u \odot \hat x}\right)`,
      tex`\dL{\gamma} = \sum_i \dL{y_i} \odot \hat x_i, \quad \dL{\beta} = \sum_i \dL{y_i}`,
    ],
    "Ba, Kiros & Hinton 2016",
  ),
  "rms norm": equation(
    tex`y = \gamma \odot \hat x, \quad \hat x = \frac{x}{\sqrt{\overline{x^2} + \epsilon}}`,
    [
      tex`u = \dL{y} \odot \gamma, \quad \dL{x} = \frac{1}{\sqrt{\overline{x^2} + \epsilon}} \left(u - \hat x \, \overline{u \odot \hat x}\right)`,
      tex`\dL{\gamma} = \sum_i \dL{y_i} \odot \hat x_i`,
    ],
    "Zhang & Sennrich 2019",
  ),
  "batch norm": equation(
    tex`y = \gamma \odot \hat x + \beta, \quad \hat x = \frac{x - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}}`,
    [
      tex`u = \dL{y} \odot \gamma, \quad \dL{x} = \frac{1}{\sqrt{\sigma_B^2 + \epsilon}} \left(u - \overline{u} - \hat x \, \overline{u \odot \hat x}\right)`,
      tex`\dL{\gamma} = \sum \dL{y} \odot \hat x, \quad \dL{\beta} = \sum \dL{y}`,
    ],
    "Ioffe & Szegedy 2015",
  ),
  conv1d: equation(
    tex`z_{o,t} = b_o + \sum_{c,k} W_{o,c,k}\, x_{c,\,t+k}`,
    tex`\dL{W_{o,c,k}} = \sum_t \dL{z_{o,t}} x_{c,\,t+k}, \quad \dL{x_{c,s}} = \sum_{o,k} W_{o,c,k} \dL{z_{o,\,s-k}}`,
    "LeCun et al. 1989",
  ),
  conv2d: equation(
    tex`z_{o,y,x} = b_o + \sum_{c,i,j} W_{o,c,i,j}\, x_{c,\,y+i,\,x+j}`,
    tex`\dL{W_{o,c,i,j}} = \sum_{y,x} \dL{z_{o,y,x}} x_{c,\,y+i,\,x+j}`,
    "LeCun et al. 1989",
  ),
  "max pool": equation(tex`y_w = \max_{i \in w} x_i`, tex`\dL{x_i} = \sum_{w:\, i = \arg\max w} \dL{y_w}`),
  "average pool": equation(
    tex`y_w = \frac{1}{|w|} \sum_{i \in w} x_i`,
    tex`\dL{x_i} = \sum_{w \ni i} \tfrac{1}{|w|} \dL{y_w}`,
  ),
  "attention scores": equation(
    tex`S = Q K^\top`,
    tex`\dL{Q} = \dL{S} K, \quad \dL{K} = \dL{S}^{\!\top} Q`,
    "Vaswani et al. 2017, eq. 1",
  ),
  "attention weights": equation(
    tex`P = \operatorname{softmax}\!\left(\tfrac{S}{\sqrt{d}} + M\right)`,
    tex`\dL{S} = \tfrac{1}{\sqrt{d}}\, P \odot \left(\dL{P} - \textstyle\sum_k \dL{P_k} \odot P_k\right)`,
    "Vaswani et al. 2017, eq. 1",
  ),
  "attention output": equation(
    "O = P V",
    tex`\dL{P} = \dL{O} V^\top, \quad \dL{V} = P^\top \dL{O}`,
    "Vaswani et al. 2017, section 3.2.2",
  ),
  custom: equation("y = f(x)", tex`\dL{x} = \operatorname{backward}\!\left(\dL{y}\right)`),
};
