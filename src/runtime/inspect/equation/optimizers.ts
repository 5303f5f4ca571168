// The update rule of every optimizer as TeX, in the letters of its own paper and PyTorch's form, with what is switched off left out.
import { type Constant, tex } from "./equation.ts";

export interface UpdateRule {
  readonly lines: readonly string[];
  readonly source: string;
  readonly constants: readonly Constant[];
}

/** A group's settings, whatever the optimizer. */
export class RuleSettings {
  /** @param steps updates of this parameter so far, this one included */
  constructor(
    private readonly settings: object,
    readonly steps: number,
  ) {}

  /** 0 where there is no such setting. */
  number(name: string): number {
    const value: unknown = Reflect.get(this.settings, name);
    return typeof value === "number" ? value : 0;
  }

  numbers(name: string): readonly number[] {
    const value: unknown = Reflect.get(this.settings, name);
    return Array.isArray(value) ? value.filter((entry) => typeof entry === "number") : [];
  }

  is(name: string): boolean {
    return Reflect.get(this.settings, name) === true;
  }
}

/** By the optimizer's name. w_t is the weight after this update, w_{t-1} the one before. */
export const updateRules: Readonly<Record<string, (settings: RuleSettings) => UpdateRule>> = {
  SGD: (settings) => {
    const [momentum, dampening] = [settings.number("momentum"), settings.number("dampening")];
    // the first velocity is the gradient itself
    const kept = settings.steps > 1 ? tex`\mu v_{t-1} + ${dampening === 0 ? "" : tex`(1 - \tau)\,`}` : "";
    const step = settings.is("nesterov") ? tex`(g_t + \mu v_t)` : "v_t";
    const lines =
      momentum === 0
        ? [tex`w_t = w_{t-1} - \eta\, g_t`]
        : [tex`v_t = ${kept} g_t, \quad w_t = w_{t-1} - \eta\, ${step}`];
    const source = settings.is("nesterov")
      ? "Nesterov 1983; Sutskever et al. 2013"
      : momentum === 0
        ? "Robbins & Monro 1951"
        : "Polyak 1964";
    return {
      lines: [gradient(settings), ...lines],
      source,
      constants: [...rate(settings), ...given({ "\\mu": momentum, "\\tau": dampening }), ...decay(settings)],
    };
  },
  Adam: (settings) => ({
    lines: [gradient(settings), ...moments(settings)],
    source: "Kingma & Ba 2015, algorithm 1",
    constants: adamConstants(settings),
  }),
  AdamW: (settings) => ({
    lines: [
      tex`g_t = \dL{w_{t-1}}`,
      ...moments(settings, settings.number("weightDecay") === 0 ? "w_{t-1}" : tex`(1 - \eta \lambda)\, w_{t-1}`),
    ],
    source: "Loshchilov & Hutter 2019, algorithm 2",
    constants: adamConstants(settings),
  }),
  RMSprop: (settings) => {
    const centered = settings.is("centered");
    const momentum = settings.number("momentum");
    const variance = centered ? tex`\sqrt{v_t - \bar g_t^{\,2}} + \epsilon` : tex`\sqrt{v_t} + \epsilon`;
    const step = tex`\frac{g_t}{${variance}}`;
    return {
      lines: [
        gradient(settings),
        tex`v_t = \alpha v_{t-1} + (1 - \alpha)\, g_t^2${centered ? tex`, \quad \bar g_t = \alpha \bar g_{t-1} + (1 - \alpha)\, g_t` : ""}`,
        momentum === 0
          ? tex`w_t = w_{t-1} - \eta\, ${step}`
          : tex`b_t = \mu b_{t-1} + ${step}, \quad w_t = w_{t-1} - \eta\, b_t`,
      ],
      source: centered ? "Hinton 2012, lecture 6e; Graves 2013, eq. 38–45" : "Hinton 2012, lecture 6e",
      constants: [
        ...rate(settings),
        { tex: "\\alpha", value: settings.number("alpha") },
        ...given({ "\\mu": momentum }),
        { tex: "\\epsilon", value: settings.number("eps") },
        ...decay(settings),
      ],
    };
  },
  Adagrad: (settings) => {
    const lrDecay = settings.number("lrDecay");
    const step = lrDecay === 0 ? "\\eta" : tex`\frac{\eta}{1 + (t - 1)\, \kappa}`;
    return {
      lines: [
        gradient(settings),
        tex`G_t = G_{t-1} + g_t^2, \quad w_t = w_{t-1} - ${step}\, \frac{g_t}{\sqrt{G_t} + \epsilon}`,
      ],
      source: "Duchi, Hazan & Singer 2011",
      constants: [
        ...rate(settings),
        ...given({ "\\kappa": lrDecay }),
        { tex: "\\epsilon", value: settings.number("eps") },
        ...decay(settings),
      ],
    };
  },
};

/** g_t, with the L2 penalty where there is one. */
function gradient(settings: RuleSettings): string {
  return settings.number("weightDecay") === 0 ? tex`g_t = \dL{w_{t-1}}` : tex`g_t = \dL{w_{t-1}} + \lambda w_{t-1}`;
}

function moments(settings: RuleSettings, from = "w_{t-1}"): string[] {
  const amsgrad = settings.is("amsgrad");
  const v = amsgrad ? "v^{\\max}_t" : "v_t";
  return [
    tex`m_t = \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, \quad v_t = \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2${amsgrad ? tex`, \quad v^{\max}_t = \max(v^{\max}_{t-1}, v_t)` : ""}`,
    tex`w_t = ${from} - \frac{\eta}{1 - \beta_1^t} \cdot \frac{m_t}{\sqrt{${v}} \big/ \sqrt{1 - \beta_2^t} + \epsilon}`,
  ];
}

function adamConstants(settings: RuleSettings): readonly Constant[] {
  const [beta1 = 0, beta2 = 0] = settings.numbers("betas");
  return [
    ...rate(settings),
    { tex: "\\beta_1", value: beta1 },
    { tex: "\\beta_2", value: beta2 },
    { tex: "\\epsilon", value: settings.number("eps") },
    ...decay(settings),
  ];
}

function rate(settings: RuleSettings): readonly Constant[] {
  return [
    { tex: "t", value: settings.steps },
    { tex: "\\eta", value: settings.number("learningRate") },
  ];
}

function decay(settings: RuleSettings): readonly Constant[] {
  return given({ "\\lambda": settings.number("weightDecay") });
}

/** Those that are not 0: with 0 the rule does without them. */
function given(constants: Readonly<Record<string, number>>): readonly Constant[] {
  return Object.entries(constants).flatMap(([letter, value]) => (value === 0 ? [] : [{ tex: letter, value }]));
}
