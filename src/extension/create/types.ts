// Keeps gradient-debugger-env.d.ts where the editor needs it, and offers the line that refers to it.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import { modelLanguages } from "../editor/modelText.ts";
import { planTypes, referenceLine, type TypesPlan, typesFile, typesText } from "./typesPlan.ts";

export class EditorTypes implements vscode.Disposable {
  readonly #declarations: string;
  readonly #output: vscode.OutputChannel;
  readonly #quickFix: vscode.Disposable;

  /** @param declarations absolute path of the declarations that the extension ships */
  constructor(declarations: string, output: vscode.OutputChannel) {
    this.#declarations = declarations;
    this.#output = output;
    this.#quickFix = vscode.languages.registerCodeActionsProvider(
      modelLanguages.map((language) => ({ language, scheme: "file" })),
      { provideCodeActions: (document, _range, context) => referenceFix(document, context.diagnostics) },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    );
  }

  /** Writes the types of a model file unless they are there and the same. Nothing is written in an untrusted workspace. */
  async ensure(modelFile: vscode.Uri): Promise<void> {
    const plan = planFor(modelFile);
    if (!vscode.workspace.isTrusted || plan === null) return;
    const target = join(plan.folder, typesFile);
    try {
      const wanted = typesText(await readFile(this.#declarations, "utf8"));
      const present = existsSync(target) ? await readFile(target, "utf8") : null;
      if (present !== wanted) await writeFile(target, wanted);
    } catch (error) {
      // A read-only folder, say: training works all the same, only completion does not.
      this.#output.appendLine(`Could not write ${target}: ${String(error)}`);
    }
  }

  dispose(): void {
    this.#quickFix.dispose();
  }
}

/** Where the types of a model file go, or null when the package is installed there. */
export function planFor(modelFile: vscode.Uri): TypesPlan | null {
  const folder = vscode.workspace.getWorkspaceFolder(modelFile)?.uri.fsPath ?? null;
  return planTypes(modelFile.fsPath, folder, existsSync);
}

/** TypeScript's "cannot find module" at the import: without a tsconfig the model file has to name the types itself. */
function referenceFix(document: vscode.TextDocument, diagnostics: readonly vscode.Diagnostic[]): vscode.CodeAction[] {
  const missing = diagnostics.filter((diagnostic) => /['"]gradient-debugger['"]/.test(diagnostic.message));
  const plan = missing.length === 0 ? null : planFor(document.uri);
  if (plan === null) return [];
  const fix = new vscode.CodeAction("Refer to the types of gradient-debugger", vscode.CodeActionKind.QuickFix);
  fix.diagnostics = missing;
  fix.isPreferred = true;
  fix.edit = new vscode.WorkspaceEdit();
  fix.edit.insert(document.uri, new vscode.Position(0, 0), referenceLine(document.uri.fsPath, plan.folder));
  return [fix];
}
