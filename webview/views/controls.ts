// The row of buttons: Train and Debug while nothing runs, stepping while something does. One stop of the Tab key, arrows within.
import type { InspectorCommand } from "../../src/protocol/inspector/inspector.ts";
import { describeButtons, isActive } from "../describe.ts";
import { icon, make, setHidden } from "../dom.ts";
import { type ButtonControl, createButton } from "../toolkit.ts";
import { keepFocus } from "./controlsFocus.ts";
import type { Actions, View } from "./view.ts";

const drawings: Record<InspectorCommand, string> = {
  train: "M4 2.5v11l9-5.5z",
  debug: "M7 2.5v11l8-5.5zM3 5.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 0 1 0-5z",
  continue: "M2 2.5h2v11h-2zM6 2.5v11l8-5.5z",
  pause: "M4 2.5h3v11h-3zM9 2.5h3v11h-3z",
  stop: "M3.5 3.5h9v9h-9z",
  stepInto:
    "M7.25 1h1.5v6.2l2.2-2.2l1.05 1.05l-4 4l-4-4l1.05-1.05l2.2 2.2zM8 11.2a1.9 1.9 0 1 1 0 3.8a1.9 1.9 0 0 1 0-3.8z",
  stepOver:
    "M13 2.5v5h-5v-1.5h2.6a4.2 4.2 0 0 0-6.9 2.2l-1.5-.4a5.7 5.7 0 0 1 9.3-3.1v-2.2zM8 11.2a1.9 1.9 0 1 1 0 3.8a1.9 1.9 0 0 1 0-3.8z",
  stepOut:
    "M7.25 10h1.5v-6.2l2.2 2.2l1.05-1.05l-4-4l-4 4l1.05 1.05l2.2-2.2zM8 11.2a1.9 1.9 0 1 1 0 3.8a1.9 1.9 0 0 1 0-3.8z",
};

const labels: Record<InspectorCommand, string> = {
  train: "Train",
  debug: "Debug",
  continue: "Continue",
  pause: "Pause",
  stepInto: "Step Into",
  stepOver: "Step Over",
  stepOut: "Step Out",
  stop: "Stop",
};

export function createControls(actions: Actions): View {
  const names: readonly InspectorCommand[] = [
    "train",
    "debug",
    "continue",
    "pause",
    "stepInto",
    "stepOver",
    "stepOut",
    "stop",
  ];
  const buttons = names.map((name): readonly [InspectorCommand, ButtonControl] => {
    const primary = name === "train" || name === "continue";
    return [name, createButton(labels[name], icon(drawings[name]), primary, () => actions.command(name))];
  });
  const element = make("div", "controls", { role: "toolbar", "aria-label": "Run and step" });
  element.append(...buttons.map(([, button]) => button.element));
  const focus = keepFocus(
    element,
    buttons.map(([, button]) => button),
  );
  return {
    element,
    update({ state }) {
      const described = describeButtons(state);
      const active = isActive(state);
      // Two buttons have room for their words in the narrowest page.
      element.classList.toggle("few", !active);
      for (const [name, button] of buttons) {
        const { enabled, tooltip } = described[name];
        button.set(enabled, tooltip);
        setHidden(button.element, !isShown(name, active, state.status.kind === "paused"));
      }
      focus.update();
    },
  };
}

/** Continue and Pause share one place. */
function isShown(name: InspectorCommand, active: boolean, paused: boolean): boolean {
  if (name === "train" || name === "debug") return !active;
  if (!active) return false;
  if (name === "continue") return paused;
  return name === "pause" ? !paused : true;
}
