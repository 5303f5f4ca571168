// Which files of the window are model files: the active one, all of them, the choice among them.
import { readFile } from "node:fs/promises";
import * as vscode from "vscode";
import { isModelFile, modelGlob, modelLanguages, modelName } from "./modelText.ts";

const contextKey = "gradientDebugger.isModelFile";
/** Menus follow typing this much later. */
const contextDelay = 200;
/** More files with the conventional name than this are not looked into. */
const searchLimit = 300;

export class ModelFiles implements vscode.Disposable {
  readonly #opened = new vscode.EventEmitter<vscode.TextDocument>();
  readonly #subscriptions: vscode.Disposable[];
  readonly #known = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last: vscode.Uri | null = null;

  /** Fires once for each model file that gets to the front. */
  readonly onDidOpen = this.#opened.event;

  constructor() {
    this.#subscriptions = [
      this.#opened,
      vscode.window.onDidChangeActiveTextEditor(() => this.update()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document === vscode.window.activeTextEditor?.document) this.#updateSoon();
      }),
      vscode.workspace.onDidCloseTextDocument((document) => this.#known.delete(document.uri.toString())),
    ];
  }

  /** Is this document a model file on disk? */
  static isModel(document: vscode.TextDocument): boolean {
    if (document.uri.scheme !== "file") return false;
    if (!modelLanguages.some((language) => language === document.languageId)) return false;
    return isModelFile(document.fileName, document.getText());
  }

  /** The model file in front, or null. */
  get active(): vscode.Uri | null {
    const document = vscode.window.activeTextEditor?.document;
    return document !== undefined && ModelFiles.isModel(document) ? document.uri : null;
  }

  /** Sets the context key for menus, and tells of a model file that has got to the front. */
  update(): void {
    const { active } = this;
    void vscode.commands.executeCommand("setContext", contextKey, active !== null);
    if (active === null) return;
    this.#last = active;
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined || this.#known.has(active.toString())) return;
    this.#known.add(active.toString());
    this.#opened.fire(document);
  }

  /**
   * The model file that a command means: the one in front; else, when no other text has the focus, the one that was
   * there last; else the user's choice. Null when there is none or the user chose none.
   */
  async choose(purpose: string): Promise<vscode.Uri | null> {
    if (this.active !== null) return this.active;
    if (vscode.window.activeTextEditor === undefined && this.#last !== null) return this.#last;
    const all = await this.all();
    if (all.length === 0) {
      await this.#offerNew();
      return null;
    }
    if (all.length === 1) return all[0];
    const items = all.map((uri) => ({
      label: modelName(uri.fsPath),
      description: vscode.workspace.asRelativePath(uri),
      uri,
    }));
    return (await vscode.window.showQuickPick(items, { placeHolder: `Model file to ${purpose}` }))?.uri ?? null;
  }

  /** Every model file of the workspace that follows the naming convention, and every other one that is open. */
  async all(): Promise<readonly vscode.Uri[]> {
    const found = await vscode.workspace.findFiles(modelGlob, "**/node_modules/**", searchLimit);
    const checked = await Promise.all(found.map(async (uri) => ((await isModelOnDisk(uri)) ? [uri] : [])));
    const open = vscode.workspace.textDocuments.filter(ModelFiles.isModel).map((document) => document.uri);
    const byPath = new Map([...checked.flat(), ...open].map((uri) => [uri.fsPath, uri]));
    return [...byPath.values()].sort((a, b) => a.fsPath.localeCompare(b.fsPath));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    void vscode.commands.executeCommand("setContext", contextKey, false);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #updateSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.update(), contextDelay);
  }

  async #offerNew(): Promise<void> {
    const create = "New Model";
    const example = "Open Example";
    const message = "There is no model file here: a file whose default export is defineTraining({ … }).";
    const choice = await vscode.window.showInformationMessage(message, create, example);
    if (choice === create) await vscode.commands.executeCommand("gradientDebugger.newModel");
    if (choice === example) await vscode.commands.executeCommand("gradientDebugger.openExample");
  }
}

async function isModelOnDisk(uri: vscode.Uri): Promise<boolean> {
  try {
    return isModelFile(uri.fsPath, await readFile(uri.fsPath, "utf8"));
  } catch {
    return false; // deleted or not readable since the search: not a file to offer
  }
}
