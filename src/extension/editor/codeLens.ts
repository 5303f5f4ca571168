// Train, debug and inspect, above the defineTraining of a model file.
import * as vscode from "vscode";
import { ModelFiles } from "./modelFiles.ts";
import { modelLanguages, trainingOffset } from "./modelText.ts";

export function registerCodeLens(): vscode.Disposable {
  const selector = modelLanguages.map((language) => ({ language, scheme: "file" }));
  return vscode.languages.registerCodeLensProvider(selector, { provideCodeLenses });
}

function provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
  const offset = ModelFiles.isModel(document) ? trainingOffset(document.getText()) : null;
  if (offset === null) return [];
  const at = document.positionAt(offset);
  const lens = (title: string, command: string) =>
    new vscode.CodeLens(new vscode.Range(at, at), { title, command, arguments: [document.uri] });
  return [
    lens("$(play) Train Model", "gradientDebugger.train"),
    lens("$(debug-alt) Debug Training", "gradientDebugger.debug"),
    lens("$(graph-line) Open Inspector", "gradientDebugger.openInspector"),
  ];
}
