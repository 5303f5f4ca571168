// What the reader chooses for the view of time: the sample, where a click leads, gates, zoom, and the question of memory.
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";
import { make, setAttribute, setHidden, setText } from "../../dom.ts";
import { createCheckbox } from "../../toolkit.ts";
import type { TimeAnswers } from "./answers.ts";
import { type TimeChoices, zoomLimit } from "./choices.ts";

export interface ControlActions {
  choose(change: Partial<TimeChoices>): void;
  /** 0: the whole sequence again. */
  zoom(factor: number): void;
  ask(): void;
}

export interface Controls {
  readonly element: HTMLElement;
  update(state: InspectorState, choices: TimeChoices, answers: TimeAnswers): void;
}

export function createControls({ choose, zoom, ask }: ControlActions): Controls {
  const sample = make("input", "time-sample", { type: "number", min: "0", step: "1" });
  const of = make("span");
  const sampleLabel = make("label", "", {}, "Sample ", sample, of);
  sample.addEventListener("change", () => {
    const value = Math.round(Number(sample.value));
    const last = Number(sample.max || value);
    choose({ sample: Number.isFinite(value) ? Math.min(last, Math.max(0, value)) : 0 });
  });
  const phase = make(
    "select",
    "time-phase",
    {},
    make("option", "", { value: "backward" }, "backward"),
    make("option", "", { value: "forward" }, "forward"),
  );
  phase.addEventListener("change", () => choose({ phase: phase.value === "forward" ? "forward" : "backward" }));
  const gates = createCheckbox("Gates", (checked) => choose({ gates: checked }));
  const question = make("button", "time-button", { type: "button" }, "How far back does it remember?");
  question.addEventListener("click", ask);
  const smaller = zoomButton("−", "Show more timesteps", () => zoom(1 / 1.5));
  const whole = zoomButton("Fit", "Fit the whole sequence into the width", () => zoom(0));
  const larger = zoomButton("+", "Show fewer timesteps, wider", () => zoom(1.5));
  const zooms = make("span", "time-zooms", { role: "group", "aria-label": "Zoom" }, smaller, whole, larger);
  const complaint = make("span", "time-complaint");
  const element = make(
    "div",
    "time-controls",
    {},
    sampleLabel,
    make("label", "", {}, "A click goes to ", phase),
    zooms,
    question,
    gates.element,
    complaint,
  );
  return {
    element,
    update(state, choices, answers) {
      const { batch, chains } = answers;
      const paused = state.status.kind === "paused" && state.status.position.iteration > 0;
      setHidden(sampleLabel, batch === null || batch < 2);
      setText(of, batch === null ? "" : ` of ${batch}, counted from 0`);
      setAttribute(sample, "max", batch === null ? "" : String(batch - 1));
      if (document.activeElement !== sample || sample.valueAsNumber !== choices.sample)
        sample.value = String(choices.sample);
      phase.value = choices.phase;
      gates.set(choices.gates);
      const hasGates = [...chains.values()].some(({ parts }) => parts.some((part) => part.gates.length > 0));
      setHidden(gates.element, !hasGates);
      question.disabled = !paused;
      question.title = paused
        ? "Computes ‖∂h_T/∂h_t‖, the norm of the product of the Jacobians, for the sample"
        : "At a pause of a debug session: computes ‖∂h_T/∂h_t‖ for the sample";
      smaller.disabled = choices.zoom <= 1;
      whole.disabled = choices.zoom <= 1;
      larger.disabled = choices.zoom >= zoomLimit;
      setText(complaint, answers.complaint);
    },
  };
}

function zoomButton(text: string, title: string, onClick: () => void): HTMLButtonElement {
  const button = make("button", "time-button", { type: "button", title, "aria-label": title }, text);
  button.addEventListener("click", onClick);
  return button;
}
