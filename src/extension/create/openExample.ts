// "Open Example": a copy of the example workspace that belongs to the user, opened at the chosen model.
import { constants, existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as vscode from "vscode";

/** Remembers over the change of folder which example to show in it. */
const pendingKey = "gradientDebugger.pendingExample";

interface Pending {
  readonly folder: string;
  readonly file: string;
}

export class Examples {
  readonly #shipped: string;
  readonly #copy: string;
  readonly #memory: vscode.Memento;

  constructor(context: vscode.ExtensionContext) {
    this.#shipped = context.asAbsolutePath(join("media", "examples"));
    this.#copy = vscode.Uri.joinPath(context.globalStorageUri, "examples").fsPath;
    this.#memory = context.globalState;
  }

  /** Asks for an example and opens it: here when the example workspace is open, else in a window of its own. */
  async open(): Promise<void> {
    const items = await this.#list();
    const choice = await vscode.window.showQuickPick(items, { placeHolder: "Example to open", matchOnDetail: true });
    if (choice === undefined) return;
    const here = openExamples(items.map(({ file }) => file));
    if (here !== null) {
      await vscode.window.showTextDocument(vscode.Uri.file(join(here, choice.file)), { preview: false });
      return;
    }
    await copyMissing(this.#shipped, this.#copy);
    const pending: Pending = { folder: this.#copy, file: choice.file };
    await this.#memory.update(pendingKey, pending);
    const forceNewWindow = vscode.workspace.workspaceFolders !== undefined;
    await vscode.commands.executeCommand("vscode.openFolder", vscode.Uri.file(this.#copy), { forceNewWindow });
  }

  /** In the window that "Open Example" has opened: shows the example. */
  async showPending(): Promise<void> {
    const pending = this.#memory.get<Pending>(pendingKey);
    if (pending === undefined || !isOpen(pending.folder)) return;
    await this.#memory.update(pendingKey, undefined);
    await vscode.window.showTextDocument(vscode.Uri.file(join(pending.folder, pending.file)), { preview: false });
  }

  async #list(): Promise<readonly (vscode.QuickPickItem & { readonly file: string })[]> {
    const files = (await readdir(this.#shipped)).filter((name) => name.endsWith(".model.ts")).sort();
    return Promise.all(
      files.map(async (file) => {
        const [label, detail] = await this.#describe(file);
        return { label, detail, description: file, file };
      }),
    );
  }

  /** The first line of each example reads `// Name: what it is.` */
  async #describe(file: string): Promise<readonly [label: string, detail: string]> {
    const [line] = (await readFile(join(this.#shipped, file), "utf8")).split("\n", 1);
    const parts = /^\/\/\s*([^:]+):\s*(.*)$/.exec(line);
    return parts === null ? [basename(file, ".model.ts"), ""] : [parts[1], parts[2]];
  }
}

/** The open folder that is the example workspace: it has every one of the files, whoever has copied them there. */
function openExamples(files: readonly string[]): string | null {
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  return folders.find((folder) => files.every((file) => existsSync(join(folder, file)))) ?? null;
}

function isOpen(folder: string): boolean {
  return (vscode.workspace.workspaceFolders ?? []).some(({ uri }) => uri.fsPath === folder);
}

/** Copies a folder without touching what is there: the user may have changed it. */
async function copyMissing(from: string, to: string): Promise<void> {
  const names = await readdir(from, { recursive: true, withFileTypes: true });
  for (const entry of names.filter((candidate) => candidate.isFile())) {
    const source = join(entry.parentPath, entry.name);
    const target = join(to, source.slice(from.length));
    await mkdir(dirname(target), { recursive: true });
    if (!existsSync(target)) await copyFile(source, target, constants.COPYFILE_EXCL);
  }
}
