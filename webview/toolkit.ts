// The only file that knows the UI toolkit (deprecated upstream): its controls, behind functions that say nothing of it.
import {
  type Button,
  type Checkbox,
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeProgressRing,
} from "@vscode/webview-ui-toolkit";
import { make } from "./dom.ts";

export interface ButtonControl {
  readonly element: HTMLElement;
  readonly enabled: boolean;
  set(enabled: boolean, tooltip: string): void;
}

export interface CheckboxControl {
  readonly element: HTMLElement;
  set(checked: boolean): void;
}

/** Must run once, before the first control is made. */
export function registerToolkit(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox(), vsCodeProgressRing());
}

/** A button with a drawing and a label; where room is scarce the style sheet shows the drawing alone. */
export function createButton(
  label: string,
  drawing: SVGSVGElement,
  primary: boolean,
  onClick: () => void,
): ButtonControl {
  const element = document.createElement("vscode-button") as Button;
  element.appearance = primary ? "primary" : "secondary";
  drawing.setAttribute("slot", "start");
  element.append(drawing, make("b", "label", {}, label));
  element.addEventListener("click", () => {
    if (!element.disabled) onClick();
  });
  return {
    element,
    get enabled() {
      return !element.disabled;
    },
    set(enabled, tooltip) {
      if (element.disabled === enabled) element.disabled = !enabled;
      if (element.title !== tooltip) element.title = tooltip;
    },
  };
}

export function createCheckbox(label: string, onChange: (checked: boolean) => void): CheckboxControl {
  const element = document.createElement("vscode-checkbox") as Checkbox;
  element.append(label);
  // `change` also fires when the state is set by program; only a person's click may change what is remembered.
  let settled = false;
  element.addEventListener("change", () => {
    if (element.checked === settled) return;
    settled = element.checked;
    onChange(element.checked);
  });
  return {
    element,
    set(checked) {
      settled = checked;
      if (element.checked !== checked) element.checked = checked;
    },
  };
}

/** Turns for as long as it is shown. */
export function createSpinner(): HTMLElement {
  const element = document.createElement("vscode-progress-ring");
  element.setAttribute("aria-hidden", "true");
  return element;
}
