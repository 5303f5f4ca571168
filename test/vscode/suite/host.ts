// What the tests in the extension host share: the extension's own API, model files in the workspace, waiting for a condition.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../../src/extension/extension.ts";
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";

/** Two busy cores are slow, and a wait ends as soon as what it waits for is there. */
const patience = 30_000;

export async function extensionApi(): Promise<ExtensionApi> {
  const extension = vscode.extensions.getExtension<ExtensionApi>("gradient-debugger.gradient-debugger");
  if (extension === undefined) throw new Error("The extension is not in this window");
  return extension.activate();
}

/** The opened folder, a copy of the example workspace. */
export function workspaceFolder(): vscode.WorkspaceFolder {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (folder === undefined) throw new Error("No folder is open");
  return folder;
}

export function inWorkspace(...names: readonly string[]): vscode.Uri {
  return vscode.Uri.joinPath(workspaceFolder().uri, ...names);
}

/** Writes a model file into the workspace's folder `bad`, beside the files it reads, and returns it. */
export function writeModel(name: string, text: string, data: Readonly<Record<string, string>> = {}): vscode.Uri {
  const folder = inWorkspace("bad").fsPath;
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(data)) writeFileSync(join(folder, file), content);
  const path = join(folder, `${name}.model.ts`);
  writeFileSync(path, text);
  return vscode.Uri.file(path);
}

export async function show(file: vscode.Uri): Promise<vscode.TextDocument> {
  return (await vscode.window.showTextDocument(file, { preview: false })).document;
}

/** Trains a file to its end, as the buttons do, and returns the run as the inspector shows it. */
export async function train(file: vscode.Uri): Promise<InspectorState> {
  await vscode.commands.executeCommand("gradientDebugger.train", file);
  return (await extensionApi()).state();
}

/** The extension's own problems of a file; TypeScript's stand beside them. */
export function problemsOf(file: vscode.Uri): readonly vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(file).filter(({ source }) => source === "Gradient Debugger");
}

/** The place of a text in a document, counted from its start. */
export function positionOf(document: vscode.TextDocument, text: string, word = text): vscode.Position {
  const start = document.getText().indexOf(text);
  if (start < 0) throw new Error(`${document.fileName} does not contain "${text}"`);
  return document.positionAt(start + text.indexOf(word) + 1);
}

/** The number of the line that contains a text; counts from 1. */
export function lineOf(document: vscode.TextDocument, text: string): number {
  return positionOf(document, text).line + 1;
}

/** Types `to` in place of `from`; the document is not saved. */
export async function replace(document: vscode.TextDocument, from: string, to: string): Promise<void> {
  const start = document.getText().indexOf(from);
  if (start < 0) throw new Error(`${document.fileName} does not contain "${from}"`);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(
    document.uri,
    new vscode.Range(document.positionAt(start), document.positionAt(start + from.length)),
    to,
  );
  await vscode.workspace.applyEdit(edit);
}

/** Asks again and again until there is an answer; the first one that is not null is returned. */
export async function until<T>(what: string, ask: () => T | null | Promise<T | null>): Promise<T> {
  for (const end = Date.now() + patience; ; ) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > end) throw new Error(`${what} has not come within ${patience / 1000} s`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
