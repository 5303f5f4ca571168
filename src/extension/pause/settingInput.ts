// What may be typed as a learning rate or a clip norm. Knows no VS Code.

export interface SettingInput {
  readonly name: "learningRate" | "clipGradNorm";
  readonly title: string;
  readonly prompt: string;
}

export const settingInputs: readonly SettingInput[] = [
  {
    name: "learningRate",
    title: "Change Learning Rate",
    prompt: "Of all groups of parameters, from the next update on; a schedule sets its own again at its next step",
  },
  {
    name: "clipGradNorm",
    title: "Change Clip Norm",
    prompt: "Gradients with a larger norm are scaled down to it, from the next update on; none: no clipping",
  },
];

/** The number that was typed, null for `none`; undefined when it is neither. */
export function settingValue(name: SettingInput["name"], text: string): number | null | undefined {
  const typed = text.trim();
  if (name === "clipGradNorm" && typed === "none") return null;
  const value = typed === "" ? Number.NaN : Number(typed);
  const fits = Number.isFinite(value) && (name === "learningRate" ? value >= 0 : value > 0);
  return fits ? value : undefined;
}

/** What is wrong with it, or null. */
export function settingProblem(name: SettingInput["name"], text: string): string | null {
  if (settingValue(name, text) !== undefined) return null;
  return name === "learningRate" ? "A number of at least 0, such as 1e-3" : "A number above 0, or none";
}
