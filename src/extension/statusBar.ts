// The status bar item: epoch, iteration, loss and speed of the run; a click opens the inspector.
import * as vscode from "vscode";
import type { RunStore } from "./runStore.ts";
import { statusText } from "./runText.ts";

export function createStatusBar(store: RunStore): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("gradientDebugger.run", vscode.StatusBarAlignment.Left, 10);
  item.name = "Gradient Debugger";
  item.command = "gradientDebugger.openInspector";
  item.tooltip = "Open Gradient Inspector";
  const update = () => {
    const text = statusText(store.state);
    if (text === null) item.hide();
    else {
      item.text = text;
      item.show();
    }
  };
  return vscode.Disposable.from(item, store.onChange(update));
}
