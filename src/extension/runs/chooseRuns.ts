// Which kept runs a command means: those of the view it was called in, or those that the user picks.
import * as vscode from "vscode";
import type { RunSummary } from "../../protocol/inspector/runs.ts";
import { runDescription, stateIcons } from "./runText.ts";
import type { WorkspaceRuns } from "./workspaceRuns.ts";

/** What the view gives to a command of one of its rows: the row, and all that are selected when it is one of them. */
export type ViewArguments = readonly [run?: unknown, selected?: unknown];

/** The runs that the view's rows stand for; none when the command came from elsewhere. */
export function runsOfView([run, selected]: ViewArguments): readonly RunSummary[] {
  const rows = Array.isArray(selected) && selected.length > 0 ? selected : [run];
  return rows.filter(isSummary);
}

/** Null when the user gives up or there is no run to pick. */
export async function pickRun(runs: readonly RunSummary[], title: string): Promise<RunSummary | null> {
  if (!hasAny(runs)) return null;
  const picked = await vscode.window.showQuickPick(runs.map(rowOf), { title, matchOnDescription: true });
  return picked?.run ?? null;
}

/** None when the user gives up or there is no run to pick. */
export async function pickRuns(runs: readonly RunSummary[], title: string): Promise<readonly RunSummary[]> {
  if (!hasAny(runs)) return [];
  const options = { title, matchOnDescription: true, canPickMany: true } as const;
  return ((await vscode.window.showQuickPick(runs.map(rowOf), options)) ?? []).map(({ run }) => run);
}

/** The two that are compared: of the view, with a second one picked when it is one. The older one comes first. */
export async function chooseTwo(
  runs: WorkspaceRuns,
  given: ViewArguments,
): Promise<readonly [RunSummary, RunSummary] | null> {
  const all = await runs.list();
  const selected = runsOfView(given).slice(0, 2);
  const first = selected.at(0) ?? (await pickRun(all, "Compare Runs: the First"));
  if (first === null) return null;
  const others = all.filter(({ id }) => id !== first.id);
  const second = selected.at(1) ?? (await pickRun(others, `Compare ${first.name} With`));
  if (second === null) return null;
  return first.started <= second.started ? [first, second] : [second, first];
}

function hasAny(runs: readonly RunSummary[]): boolean {
  if (runs.length === 0) void vscode.window.showInformationMessage("There is no kept run to choose. Train a model.");
  return runs.length > 0;
}

function rowOf(run: RunSummary) {
  const icon = `$(${stateIcons[run.state]})`;
  return { label: `${icon} ${run.name}`, description: runDescription(run, Date.now()), detail: run.data, run };
}

/** The view gives its own elements back. */
function isSummary(value: unknown): value is RunSummary {
  return typeof value === "object" && value !== null && "id" in value && "started" in value && "notice" in value;
}
