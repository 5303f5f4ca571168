// The update rule of every optimizer as TeX, in the letters of its own paper and PyTorch's form.

export interface UpdateRule {
  readonly lines: readonly string[];
  readonly source: string;
}

const tex = String.raw;

/** By the optimizer's name. */
export const updateRules: Readonly<Record<string, UpdateRule>> = {
  SGD: {
    lines: [
      tex`v \leftarrow \mu v + (1 - \tau)\, g, \quad g = \dL{w} + \lambda w`,
      tex`w \leftarrow w - \eta\, v \qquad (v = g \text{ without momentum})`,
    ],
    source: "Robbins & Monro 1951; Polyak 1964",
  },
  Adam: {
    lines: [
      tex`m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \quad v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2, \quad g = \dL{w} + \lambda w`,
      tex`w \leftarrow w - \frac{\eta}{1 - \beta_1^t} \cdot \frac{m}{\sqrt{v} / \sqrt{1 - \beta_2^t} + \epsilon}`,
    ],
    source: "Kingma & Ba 2015, algorithm 1",
  },
  AdamW: {
    lines: [
      tex`w \leftarrow (1 - \eta \lambda)\, w`,
      tex`m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \quad v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2, \quad g = \dL{w}`,
      tex`w \leftarrow w - \frac{\eta}{1 - \beta_1^t} \cdot \frac{m}{\sqrt{v} / \sqrt{1 - \beta_2^t} + \epsilon}`,
    ],
    source: "Loshchilov & Hutter 2019, algorithm 2",
  },
  RMSprop: {
    lines: [
      tex`v \leftarrow \alpha v + (1 - \alpha)\, g^2, \quad g = \dL{w} + \lambda w`,
      tex`w \leftarrow w - \eta\, \frac{g}{\sqrt{v} + \epsilon}`,
    ],
    source: "Hinton 2012, lecture 6e",
  },
  Adagrad: {
    lines: [
      tex`G \leftarrow G + g^2, \quad g = \dL{w} + \lambda w`,
      tex`w \leftarrow w - \eta\, \frac{g}{\sqrt{G} + \epsilon}`,
    ],
    source: "Duchi, Hazan & Singer 2011",
  },
};
