// Errors of model files as problems on their line, and as a notification that leads there.
import * as vscode from "vscode";
import type { ErrorReport } from "../protocol/model.ts";
import type { SourceRange } from "../protocol/position.ts";
import { ModelFiles } from "./editor/modelFiles.ts";
import { reveal } from "./editor/reveal.ts";
import type { Runtimes } from "./runtimes.ts";

const goToLine = "Go to Line";
const showOutput = "Show Output";
/** A save is looked at this much later, so that "Save All" costs one look. */
const checkDelay = 250;

export class Problems implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection("gradientDebugger");
  readonly #runtimes: Runtimes;
  readonly #output: vscode.OutputChannel;
  readonly #subscriptions: vscode.Disposable[];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(runtimes: Runtimes, output: vscode.OutputChannel) {
    this.#runtimes = runtimes;
    this.#output = output;
    this.#subscriptions = [
      this.#collection,
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#collection.delete(document.uri);
      }),
      vscode.workspace.onDidSaveTextDocument((document) => this.#checkSoon(document)),
    ];
  }

  clear(): void {
    this.#collection.clear();
  }

  /** Replaces all problems by these, tells of the first one, and resolves when the user has answered. */
  async report(file: string, errors: readonly ErrorReport[]): Promise<void> {
    this.#show(file, errors);
    for (const { detail } of errors) this.#output.appendLine(detail);
    const [first] = errors;
    if (first === undefined) return;
    const where = first.source;
    const action = where === null ? showOutput : goToLine;
    const choice = await vscode.window.showErrorMessage(notification(first), action);
    if (choice === showOutput) this.#output.show();
    if (choice === goToLine && where !== null) await reveal(where.file, where.line, where.column);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #show(file: string, errors: readonly ErrorReport[]): void {
    const byFile = new Map<string, vscode.Diagnostic[]>();
    for (const error of errors) {
      const target = error.source?.file ?? file;
      byFile.set(target, [...(byFile.get(target) ?? []), diagnosticOf(error)]);
    }
    this.#collection.clear();
    for (const [target, diagnostics] of byFile) this.#collection.set(vscode.Uri.file(target), diagnostics);
  }

  /** Bundles a saved model file for its syntax errors. Bundling runs nothing of it. */
  #checkSoon(document: vscode.TextDocument): void {
    if (!vscode.workspace.isTrusted || !ModelFiles.isModel(document)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(document), checkDelay);
  }

  async #check(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    try {
      const result = await (await this.#runtimes.get()).bundle(document.uri.fsPath);
      // When typing has gone on meanwhile, the next save looks again.
      if (!result.ok && document.version === version) this.#show(document.uri.fsPath, result.errors);
    } catch (error) {
      this.#output.appendLine(`Could not check ${document.fileName}: ${String(error)}`);
    }
  }
}

function notification({ message, source }: ErrorReport): string {
  return source === null ? message : `${vscode.workspace.asRelativePath(source.file)}:${source.line}: ${message}`;
}

function diagnosticOf(error: ErrorReport): vscode.Diagnostic {
  const range = error.source === null ? new vscode.Range(0, 0, 0, Number.MAX_SAFE_INTEGER) : toRange(error.source);
  const diagnostic = new vscode.Diagnostic(range, error.message, vscode.DiagnosticSeverity.Error);
  diagnostic.source = "Gradient Debugger";
  diagnostic.relatedInformation = error.stack.map(
    ({ name, source }) =>
      new vscode.DiagnosticRelatedInformation(new vscode.Location(vscode.Uri.file(source.file), toRange(source)), name),
  );
  return diagnostic;
}

/** VS Code counts from 0; it widens an empty range to the word there. */
function toRange({ line, column, endLine, endColumn }: SourceRange): vscode.Range {
  return new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1);
}
