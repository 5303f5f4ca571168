// What can be done with kept runs: the commands of the view "Runs" and of the palette.
import * as vscode from "vscode";
import type { RunSummary } from "../../protocol/inspector/runs.ts";
import { parseTags } from "../../runs/label.ts";
import { stateOf } from "../../runs/state.ts";
import { reveal } from "../editor/reveal.ts";
import type { Inspector } from "../inspector/inspector.ts";
import type { RunStore } from "../runStore.ts";
import { chooseTwo, pickRun, pickRuns, runsOfView, type ViewArguments } from "./chooseRuns.ts";
import { exportCsv, exportTensorBoard } from "./exportRuns.ts";
import type { WorkspaceRuns } from "./workspaceRuns.ts";

export interface RunsParts {
  readonly store: RunStore;
  readonly runs: WorkspaceRuns;
  readonly inspector: Inspector;
}

type CommandName =
  | "open"
  | "rename"
  | "tag"
  | "compare"
  | "overlay"
  | "delete"
  | "exportCsv"
  | "exportTensorBoard"
  | "revealModel";

export function registerRunsCommands(parts: RunsParts): vscode.Disposable {
  const { runs } = parts;
  const one = (title: string, does: (run: RunSummary) => Promise<void>) => async (given: ViewArguments) => {
    const run = runsOfView(given).at(0) ?? (await pickRun(await runs.list(), title));
    if (run !== null) await does(run);
  };
  const many = (title: string, does: (run: readonly RunSummary[]) => Promise<void>) => async (given: ViewArguments) => {
    const fromView = runsOfView(given);
    const chosen = fromView.length > 0 ? fromView : await pickRuns(await runs.list(), title);
    if (chosen.length > 0) await does(chosen);
  };
  const commands: Record<CommandName, (given: ViewArguments) => Promise<void>> = {
    open: one("Open Run", (run) => open(parts, run)),
    rename: one("Rename Run", (run) => rename(runs, run)),
    tag: many("Tag Runs", (all) => tag(runs, all)),
    compare: (given) => compare(parts, given),
    overlay: many("Overlay Runs in Curves", (all) => lookAt(parts, all)),
    delete: many("Delete Runs", (all) => remove(runs, all)),
    exportCsv: one("Export Run as CSV", (run) => exportCsv(runs, run)),
    exportTensorBoard: many("Export Runs for TensorBoard", (all) => exportTensorBoard(runs, all)),
    revealModel: one("Show Model File", (run) => reveal(run.file, 1)),
  };
  const registered = Object.entries(commands).map(([name, command]) =>
    vscode.commands.registerCommand(`gradientDebugger.runs.${name}`, (...given: unknown[]) =>
      told(command([given[0], given[1]])),
    ),
  );
  return vscode.Disposable.from(...registered);
}

async function open({ runs, inspector }: RunsParts, { id }: RunSummary): Promise<void> {
  const state = stateOf(await runs.open(id));
  inspector.openIfHidden();
  inspector.showKept(state);
}

/** Lays runs over the curves of the page; a page without a run of its own shows the first of them. */
async function lookAt({ store, runs, inspector }: RunsParts, all: readonly RunSummary[]): Promise<void> {
  if (store.state.model === null && !inspector.showsKept) inspector.showKept(stateOf(await runs.open(all[0].id)));
  inspector.keptRunsChanged(all.map(({ id }) => id));
}

async function compare(parts: RunsParts, given: ViewArguments): Promise<void> {
  const two = await chooseTwo(parts.runs, given);
  if (two !== null) await lookAt(parts, two);
}

async function rename(runs: WorkspaceRuns, { id, name }: RunSummary): Promise<void> {
  const validateInput = (text: string) => (text.trim() === "" ? "A run needs a name." : null);
  const answer = await vscode.window.showInputBox({ title: "Rename Run", value: name, validateInput });
  if (answer !== undefined) await runs.label(id, { name: answer.trim() });
}

/** What all of them have is the beginning; the answer replaces the tags of each. */
async function tag(runs: WorkspaceRuns, all: readonly RunSummary[]): Promise<void> {
  const common = all[0].tags.filter((word) => all.every(({ tags }) => tags.includes(word)));
  const answer = await vscode.window.showInputBox({
    title: all.length === 1 ? `Tags of ${all[0].name}` : `Tags of ${all.length} Runs`,
    prompt: "Separated by commas. A run with a tag is not removed to make room.",
    value: common.join(", "),
    placeHolder: "baseline, paper",
  });
  if (answer === undefined) return;
  for (const { id } of all) await runs.label(id, { tags: parseTags(answer) });
}

async function remove(runs: WorkspaceRuns, all: readonly RunSummary[]): Promise<void> {
  const written = all.find(({ state }) => state === "running");
  if (written !== undefined) throw new Error(`${written.name} is still being written. Stop it first.`);
  const what = all.length === 1 ? all[0].name : `${all.length} runs`;
  const accept = "Move to Trash";
  const detail = all.map(({ name, tags }) => [name, ...tags.map((word) => `#${word}`)].join(" ")).join("\n");
  const message = `Move ${what} to the trash?`;
  if ((await vscode.window.showWarningMessage(message, { modal: true, detail }, accept)) !== accept) return;
  const files = (await Promise.all(all.map(({ id }) => runs.filesOf(id)))).flat().map((file) => vscode.Uri.file(file));
  try {
    for (const file of files) await vscode.workspace.fs.delete(file, { useTrash: true });
  } catch (error) {
    await removeForGood(files, error);
  } finally {
    runs.changed();
  }
}

/** There is no trash on some remote machines. */
async function removeForGood(files: readonly vscode.Uri[], error: unknown): Promise<void> {
  const accept = "Delete Permanently";
  const message = `The trash could not be used: ${error instanceof Error ? error.message : String(error)}`;
  if ((await vscode.window.showWarningMessage(message, { modal: true }, accept)) !== accept) return;
  // What has gone to the trash before that error is not there any more.
  await Promise.all(files.map((file) => vscode.workspace.fs.delete(file).then(undefined, () => {})));
}

async function told(command: Promise<void>): Promise<void> {
  try {
    await command;
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
  }
}
