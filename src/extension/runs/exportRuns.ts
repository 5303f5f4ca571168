// Writes a kept run where the user wants it: as CSV tables or as an event file of TensorBoard.
import { homedir } from "node:os";
import * as vscode from "vscode";
import type { RunSummary } from "../../protocol/inspector/runs.ts";
import { iterationsCsv, parametersCsv } from "../../runs/export/csv.ts";
import { eventFile, eventFileName } from "../../runs/export/tensorboard.ts";
import type { WorkspaceRuns } from "./workspaceRuns.ts";

/** Two tables: the iterations in the file that is asked for, the parameters in one beside it. */
export async function exportCsv(runs: WorkspaceRuns, summary: RunSummary): Promise<void> {
  const defaultUri = vscode.Uri.joinPath(startFolder(), `${fileName(summary.name)}.csv`);
  const filters = { "Comma-separated values": ["csv"] };
  const place = await vscode.window.showSaveDialog({ defaultUri, filters, title: "Export Run as CSV" });
  if (place === undefined) return;
  const { run } = await runs.open(summary.id);
  const beside = place.with({ path: place.path.replace(/(\.csv)?$/i, "-parameters.csv") });
  await vscode.workspace.fs.writeFile(place, Buffer.from(iterationsCsv(run), "utf8"));
  await vscode.workspace.fs.writeFile(beside, Buffer.from(parametersCsv(run), "utf8"));
  await tell(`Exported ${summary.name}: its iterations, and beside them its parameters.`, place);
}

/** One folder for each run, as TensorBoard tells runs apart. */
export async function exportTensorBoard(runs: WorkspaceRuns, summaries: readonly RunSummary[]): Promise<void> {
  const asked = { defaultUri: startFolder(), title: "Folder for TensorBoard's Logs", openLabel: "Export Here" };
  const [folder] =
    (await vscode.window.showOpenDialog({ ...asked, canSelectFolders: true, canSelectFiles: false })) ?? [];
  if (folder === undefined) return;
  for (const summary of summaries) {
    const { run } = await runs.open(summary.id);
    const place = vscode.Uri.joinPath(folder, fileName(summary.name), eventFileName(run));
    await vscode.workspace.fs.writeFile(place, eventFile(run));
  }
  const what = summaries.length === 1 ? summaries[0].name : `${summaries.length} runs`;
  await tell(`Exported ${what}. To look at it: tensorboard --logdir "${folder.fsPath}"`, folder);
}

async function tell(message: string, place: vscode.Uri): Promise<void> {
  const show = "Show in Explorer";
  if ((await vscode.window.showInformationMessage(message, show)) !== show) return;
  await vscode.commands.executeCommand("revealInExplorer", place);
}

function startFolder(): vscode.Uri {
  return vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
}

/** Without what a file system may not like. */
function fileName(name: string): string {
  return name.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|-+$/g, "") || "run";
}
