// The kept runs of all folders of the window, and news of them.
import * as vscode from "vscode";
import type { RunSummary } from "../../protocol/inspector/runs.ts";
import { runsFolder } from "../../runs/folder.ts";
import type { Label } from "../../runs/label.ts";
import { type LibraryRun, RunLibrary } from "../../runs/library.ts";

/** News that come in a row are told once, after so many milliseconds. */
const calm = 200;

export class WorkspaceRuns implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  /** By path of the workspace folder. */
  readonly #libraries = new Map<string, RunLibrary>();
  readonly #watchers: vscode.Disposable[] = [];
  /** Ids of the runs that this window writes. */
  readonly #own = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Where a run of this model file is kept; null where no folder is open. */
  libraryFor(file: string): RunLibrary | null {
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file)) ?? vscode.workspace.workspaceFolders?.[0];
    return folder === undefined ? null : this.#library(folder);
  }

  /** The newest first. */
  async list(): Promise<readonly RunSummary[]> {
    const lists = await Promise.all(this.#all().map((library) => library.list()));
    return lists.flat().sort((a, b) => b.started - a.started);
  }

  /** @throws Error that says that there is no such run any more */
  async open(id: string): Promise<LibraryRun> {
    return (await this.#holderOf(id)).open(id);
  }

  async label(id: string, change: Partial<Label>): Promise<void> {
    await (await this.#holderOf(id)).label(id, change);
    this.changed();
  }

  /** The library that has the run. @throws Error that says that there is no such run any more */
  async #holderOf(id: string): Promise<RunLibrary> {
    for (const library of this.#all()) if (await library.has(id)) return library;
    throw new Error("This run is not there any more.");
  }

  /** Absolute paths of the files of a run. */
  async filesOf(id: string): Promise<readonly string[]> {
    return (await this.#holderOf(id)).filesOf(id);
  }

  /** From now on until `end` this window writes the run. */
  begin(id: string): void {
    this.#own.add(id);
  }

  end(id: string): void {
    this.#own.delete(id);
    this.changed();
  }

  isOwn(id: string): boolean {
    return this.#own.has(id);
  }

  /** Listeners hear of it a moment later. */
  changed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#changed.fire();
    }, calm);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.dispose();
    this.#changed.dispose();
  }

  #all(): readonly RunLibrary[] {
    return (vscode.workspace.workspaceFolders ?? [])
      .filter(({ uri }) => uri.scheme === "file")
      .map((folder) => this.#library(folder));
  }

  #library({ uri }: vscode.WorkspaceFolder): RunLibrary {
    const known = this.#libraries.get(uri.fsPath);
    if (known !== undefined) return known;
    const library = new RunLibrary(runsFolder(uri.fsPath), (id) => this.#own.has(id));
    this.#libraries.set(uri.fsPath, library);
    this.#watch(library.folder);
    return library;
  }

  /** Other windows keep their runs in the same folder. That a file grows is no news. */
  #watch(folder: string): void {
    const pattern = new vscode.RelativePattern(vscode.Uri.file(folder), "*.{gdrun,gdlabel}");
    const watcher = vscode.workspace.createFileSystemWatcher(pattern, false, true, false);
    this.#watchers.push(
      watcher,
      watcher.onDidCreate(() => this.changed()),
      watcher.onDidDelete(() => this.changed()),
    );
  }
}
