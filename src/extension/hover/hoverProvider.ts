// Hover over layers, parameters and tensors of a model file, and what a debugger hover evaluates there.
import * as vscode from "vscode";
import { modelLanguages } from "../editor/modelText.ts";
import type { RunStore } from "../runStore.ts";
import { type HoverTarget, hoverTarget, targetExpression } from "./hoverTarget.ts";
import { hoverText } from "./hoverText.ts";

const selector = modelLanguages.map((language) => ({ language, scheme: "file" }));

/** Numbers of the last run, or of the pause, while the mouse rests on a name. */
export function registerHover(store: RunStore): vscode.Disposable {
  return vscode.languages.registerHoverProvider(selector, {
    provideHover(document, position) {
      const found = lookAt(document, position, store);
      if (found === null || found.text === null) return null;
      return new vscode.Hover(new vscode.MarkdownString(found.text), rangeOf(document, found.target));
    },
  });
}

/**
 * What the debugger's hover evaluates at a pause. Where our own hover has something to say VS Code gets nothing to
 * evaluate and shows ours, which has the gradient and the last update beside the values; anything else is taken as one
 * expression, `this.rnn.cell` as a whole. Registered only while one of our sessions lives: VS Code drops its own rule
 * for every debugger as soon as a language has such a provider.
 */
export function registerEvaluatableExpressions(store: RunStore): vscode.Disposable {
  return vscode.languages.registerEvaluatableExpressionProvider(selector, {
    provideEvaluatableExpression(document, position) {
      const found = lookAt(document, position, store);
      if (found === null || found.text !== null) return null;
      const expression = targetExpression(found.target);
      return expression === null ? null : new vscode.EvaluatableExpression(rangeOf(document, found.target), expression);
    },
  });
}

/** What is under a position and what is known of it; null without a run, when the text is not even looked at. */
function lookAt(
  document: vscode.TextDocument,
  position: vscode.Position,
  store: RunStore,
): { readonly target: HoverTarget; readonly text: string | null } | null {
  if (store.state.model === null) return null;
  const target = hoverTarget(document.getText(), document.offsetAt(position));
  if (target === null) return null;
  const place = { file: document.uri.fsPath, line: position.line + 1, column: position.character + 1 };
  return { target, text: hoverText(target, place, store.state) };
}

function rangeOf(document: vscode.TextDocument, { start, end }: HoverTarget): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}
