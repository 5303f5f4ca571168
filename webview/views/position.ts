// Where a paused run stands: the four phases with the current one lit, layer, timestep, operation, line of the source.
import type { InspectorState } from "../../src/protocol/inspector/inspector.ts";
import type { Phase, Position } from "../../src/protocol/position.ts";
import { link, make, setAttribute, setHidden, setText } from "../dom.ts";
import { baseName } from "../format.ts";
import type { Actions, View } from "./view.ts";

/** What each phase computes, in the literature's letters: w parameters, L the loss, ŷ the output. */
const phases: readonly { readonly phase: Phase; readonly formula: string }[] = [
  { phase: "forward", formula: "ŷ = f(x, w)" },
  { phase: "loss", formula: "L(ŷ, y)" },
  { phase: "backward", formula: "∂L/∂w" },
  { phase: "update", formula: "w ← w + Δw" },
];

export function createPosition(actions: Actions): View {
  const steps = phases.map(({ phase, formula }) =>
    make(
      "li",
      "phase",
      {},
      make("span", "phase-name", { "data-name": phase }, phase),
      make("span", "phase-formula", {}, formula),
    ),
  );
  const strip = make("ol", "phases", { "aria-label": "Phases of one iteration" }, ...steps);
  const layer = make("b", "place-layer");
  const type = make("span", "place-type");
  const time = make("span", "place-time");
  const operation = make("span", "place-operation");
  let source: Position["source"] = null;
  const line = link("place-source", () => {
    if (source !== null) actions.reveal(source);
  });
  const place = make("p", "place", {}, layer, type, time, operation, line);
  const hint = make("p", "hint");
  const element = make("section", "position", { "aria-label": "Position" }, strip, place, hint);
  return {
    element,
    update({ state }) {
      const position = state.status.kind === "paused" ? state.status.position : null;
      const words = hintOf(state);
      setHidden(element, position === null && words === "");
      showPhase(steps, position);
      setHidden(place, position === null);
      setHidden(hint, position !== null);
      setText(hint, words);
      if (position === null) return;
      source = position.source;
      setText(layer, position.parameter || position.layer || "model");
      setText(type, position.layerType);
      setText(time, timeOf(position, state));
      setText(operation, position.operation);
      setHidden(line, source === null);
      if (source !== null) {
        setText(line, `${baseName(source.file)}:${source.line}`);
        setAttribute(line, "title", `Show line ${source.line} of ${source.file}`);
      }
    },
  };
}

function showPhase(steps: readonly HTMLElement[], position: Position | null): void {
  const current = phases.findIndex(({ phase }) => phase === position?.phase);
  steps.forEach((step, i) => {
    setAttribute(step, "aria-current", i === current ? "step" : "");
    step.classList.toggle("done", i < current);
  });
}

function timeOf({ timestep, layer }: Position, { statistics }: InspectorState): string {
  if (timestep === null) return "";
  const total = statistics?.timesteps.find((report) => report.layer === layer)?.gradNorms.length;
  return total === undefined ? `t = ${timestep}` : `t = ${timestep} of ${total}`;
}

function hintOf({ status, debug }: InspectorState): string {
  if (status.kind !== "running") return "";
  return debug
    ? "Running. Pause, or set a breakpoint in the model file, to see layer, timestep and operation."
    : "Running at full speed. A debug session can pause and step.";
}
