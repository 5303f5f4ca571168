// Equations of recurrent timesteps. Rows are the samples of the batch, as in memory: h_{t-1} W^T, not W h_{t-1}.
import type { OperationName } from "../../../training/engine.ts";
import { type Equation, equation, type Facts, tex } from "./equation.ts";

type Name = Extract<OperationName, "rnn step" | `lstm ${string}` | `gru ${string}`>;

const rnnSource = "Elman 1990; Werbos 1990";
const lstmSource = "Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000";
const gruSource = "Cho et al. 2014";

/** What the layer's input gives to a timestep, where it is known which product that was. */
const fromInput = ({ opt }: Facts, otherwise: string): string =>
  opt("W_{xh}", tex`x_t W_{xh}^\top ${opt("b_{xh}", "+ b_{xh}")}`) || otherwise;

const fromState = ({ opt }: Facts): string =>
  `${opt("h_{t-1}", tex`+ h_{t-1} W_{hh}^\top`)} ${opt("b_{hh}", "+ b_{hh}")}`;

/** What a timestep's δ sends back: to the state before, and to the recurrent weights. */
const back = ({ opt }: Facts, delta: string): string[] =>
  [
    opt("h_{t-1}", tex`\dL{h_{t-1}} \mathrel{+}= ${delta}\, W_{hh}`),
    [
      opt("h_{t-1}", tex`\dL{W_{hh}} \mathrel{+}= ${delta}^{\top} h_{t-1}`),
      opt("b_{hh}", tex`\dL{b_{hh}} \mathrel{+}= \sum_n ${delta.startsWith("(") ? `${delta}_n` : "\\delta_{t,n}"}`),
    ]
      .filter((part) => part !== "")
      .join(", \\quad "),
  ].filter((line) => line !== "");

/** tanh or relu: the layer knows. */
function nonlinearityOf({ layer }: Facts): "tanh" | "relu" | null {
  if (layer === null || !("nonlinearity" in layer)) return null;
  const { nonlinearity } = layer;
  return nonlinearity === "relu" || nonlinearity === "tanh" ? nonlinearity : null;
}

const activationOf = (facts: Facts): string => {
  const name = nonlinearityOf(facts);
  return name === null ? "\\sigma" : name === "tanh" ? "\\tanh" : "\\operatorname{relu}";
};

const derivativeOf = (facts: Facts): string => {
  const name = nonlinearityOf(facts);
  return name === null ? tex`\sigma'(h_t)` : name === "tanh" ? "(1 - h_t^2)" : "[h_t > 0]";
};

const sigmoid = (letter: string, from: string, source: string): Equation =>
  equation(
    tex`${letter}_t = \sigma(${from}_{${letter},t})`,
    tex`\delta_{${letter},t} = \dL{${letter}_t} \odot ${letter}_t \odot (1 - ${letter}_t)`,
    { source },
  );

const gruDelta = tex`(\delta_{r,t},\, \delta_{z,t},\, \delta_{n,t} \odot r_t)`;

export const recurrent: { readonly [K in Name]: Equation } = {
  "rnn step": equation(
    (facts) => [tex`h_t = ${activationOf(facts)}\!\left(${fromInput(facts, "z_t")} ${fromState(facts)}\right)`],
    (facts) => [tex`\delta_t = \dL{h_t} \odot ${derivativeOf(facts)}`, ...back(facts, "\\delta_t")],
    { source: rnnSource },
  ),
  "lstm gates": equation(
    (facts) => [
      tex`z_t = ${fromInput(facts, "\\tilde z_t")} ${fromState(facts)}, \quad z_t = (z_{i,t},\, z_{f,t},\, z_{g,t},\, z_{o,t})`,
    ],
    (facts) => [
      tex`\delta_t = (\delta_{i,t},\, \delta_{f,t},\, \delta_{g,t},\, \delta_{o,t})`,
      ...back(facts, "\\delta_t"),
    ],
    { source: lstmSource },
  ),
  "lstm i": sigmoid("i", "z", lstmSource),
  "lstm f": sigmoid("f", "z", lstmSource),
  "lstm g": equation(tex`g_t = \tanh(z_{g,t})`, tex`\delta_{g,t} = \dL{g_t} \odot (1 - g_t^2)`, { source: lstmSource }),
  "lstm o": sigmoid("o", "z", lstmSource),
  "lstm c": equation(
    ({ opt }) => [tex`c_t = ${opt("c_{t-1}", tex`f_t \odot c_{t-1} +`)} i_t \odot g_t`],
    ({ opt }) => [
      tex`\dL{i_t} = \dL{c_t} \odot g_t, \quad \dL{g_t} = \dL{c_t} \odot i_t`,
      ...(opt("c_{t-1}", "there") === ""
        ? []
        : [tex`\dL{f_t} = \dL{c_t} \odot c_{t-1}, \quad \dL{c_{t-1}} \mathrel{+}= \dL{c_t} \odot f_t`]),
    ],
    { source: lstmSource },
  ),
  "lstm h": equation(
    tex`h_t = o_t \odot \tanh c_t`,
    tex`\dL{o_t} = \dL{h_t} \odot \tanh c_t, \quad \dL{c_t} \mathrel{+}= \dL{h_t} \odot o_t \odot (1 - \tanh^2 c_t)`,
    { source: lstmSource },
  ),
  "gru gates": equation(
    (facts) => [
      tex`a_t = ${fromInput(facts, "\\tilde a_t")} + (u_{r,t},\, u_{z,t},\, 0), \quad u_t = ${fromState(facts).replace(/^\s*\+/, "") || "0"}`,
    ],
    (facts) => back(facts, gruDelta),
    { source: gruSource },
  ),
  "gru r": sigmoid("r", "a", gruSource),
  "gru z": sigmoid("z", "a", gruSource),
  "gru n": equation(
    tex`n_t = \tanh(a_{n,t} + r_t \odot u_{n,t})`,
    tex`\delta_{n,t} = \dL{n_t} \odot (1 - n_t^2), \quad \dL{r_t} = \delta_{n,t} \odot u_{n,t}`,
    { source: gruSource },
  ),
  "gru h": equation(
    ({ opt }) => [tex`h_t = (1 - z_t) \odot n_t ${opt("h_{t-1}", tex`+ z_t \odot h_{t-1}`)}`],
    ({ opt }) => [
      tex`\dL{n_t} = \dL{h_t} \odot (1 - z_t), \quad \dL{z_t} = \dL{h_t} \odot (${opt("h_{t-1}", "h_{t-1}")} - n_t)`,
      ...(opt("h_{t-1}", "there") === "" ? [] : [tex`\dL{h_{t-1}} \mathrel{+}= \dL{h_t} \odot z_t`]),
    ],
    { source: gruSource },
  ),
};
