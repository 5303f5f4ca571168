// The offer that follows a training whose loss or gradient is no number any more: debug it from the iteration before.
import * as vscode from "vscode";
import type { RuntimeEvent } from "../protocol/events.ts";
import { modelName } from "./editor/modelText.ts";

/** What became of a run, and what repeats it. */
export interface NotFinite extends Pick<Extract<RuntimeEvent, { type: "notFinite" }>, "iteration" | "what"> {
  /** Absolute path of the model file. */
  readonly file: string;
  readonly seed: number;
}

/** Starts a debug session with these properties of a launch configuration. */
export type Debug = (file: vscode.Uri, configuration: Readonly<Record<string, number>>) => Promise<void>;

const accept = "Debug from the Iteration Before";

/** Resolves when the user has answered. */
export async function offerDebugging({ file, iteration, what, seed }: NotFinite, debug: Debug): Promise<void> {
  const text = `The ${what} of ${modelName(file)} is not finite from iteration ${iteration} on.`;
  if ((await vscode.window.showWarningMessage(text, accept)) !== accept) return;
  // The same seed brings the same numbers, so that the session comes to the very operation at full speed.
  await debug(vscode.Uri.file(file), { seed, debugFromIteration: Math.max(1, iteration - 1) });
}
