// The variables view's "Open in Gradient Inspector": the inspector comes up with that parameter in view.
import * as vscode from "vscode";
import type { Inspector } from "../inspector/inspector.ts";
import type { RunStore } from "../runStore.ts";
import { shownParameter } from "./shownParameter.ts";

/** What VS Code gives to a command of the variables view. */
interface VariablesContext {
  readonly variable?: { readonly name?: unknown; readonly evaluateName?: unknown };
}

export function registerShowInInspector(store: RunStore, inspector: Inspector): vscode.Disposable {
  const show = (context: VariablesContext | undefined) => {
    const { model } = store.state;
    inspector.show(model === null ? null : shownParameter(context?.variable ?? {}, model));
  };
  return vscode.commands.registerCommand("gradientDebugger.showInInspector", show);
}
