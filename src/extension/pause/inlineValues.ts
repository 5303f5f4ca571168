// Shape and norm of each tensor at the end of the line that assigned it, while the debugger is paused.
import * as vscode from "vscode";
import { modelLanguages } from "../editor/modelText.ts";
import type { RunStore } from "../runStore.ts";
import { inlineTexts } from "./inlineText.ts";

const selector = modelLanguages.map((language) => ({ language, scheme: "file" }));

/** VS Code asks at each pause of any debugger; in files that the run has not come through there is nothing to say. */
export function registerInlineValues(store: RunStore): vscode.Disposable {
  return vscode.languages.registerInlineValuesProvider(selector, {
    provideInlineValues(document, view) {
      return inlineTexts(store.state, document.uri.fsPath)
        .filter(({ line }) => line - 1 >= view.start.line && line - 1 <= view.end.line && line <= document.lineCount)
        .map(({ line, text }) => new vscode.InlineValueText(document.lineAt(line - 1).range, text));
    },
  });
}
