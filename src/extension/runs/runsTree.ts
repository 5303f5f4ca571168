// The view "Runs" of the side bar: one row for each kept run, the newest first.
import * as vscode from "vscode";
import type { RunSummary } from "../../protocol/inspector/runs.ts";
import { runDescription, runFacts, stateIcons } from "./runText.ts";
import type { WorkspaceRuns } from "./workspaceRuns.ts";

export const runsView = "gradientDebugger.runs";
/** "3 minutes ago" is told anew so often, in milliseconds. */
const minute = 60_000;

export class RunsTree implements vscode.TreeDataProvider<RunSummary>, vscode.Disposable {
  readonly #runs: WorkspaceRuns;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly view: vscode.TreeView<RunSummary>;
  readonly #listener: vscode.Disposable;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(runs: WorkspaceRuns) {
    this.#runs = runs;
    this.view = vscode.window.createTreeView(runsView, { treeDataProvider: this, canSelectMany: true });
    this.#listener = runs.onDidChange(() => this.#changed.fire());
    this.#timer = setInterval(() => {
      if (this.view.visible) this.#changed.fire();
    }, minute);
  }

  getTreeItem(run: RunSummary): vscode.TreeItem {
    const item = new vscode.TreeItem(run.name);
    item.id = run.id;
    item.description = runDescription(run, Date.now());
    item.tooltip = tooltipOf(run);
    item.iconPath = new vscode.ThemeIcon(stateIcons[run.state]);
    item.contextValue = run.state === "running" ? "runningRun" : "keptRun";
    item.command = { command: "gradientDebugger.runs.open", title: "Open Run", arguments: [run] };
    item.accessibilityInformation = {
      label: `${run.name}, ${runFacts(run)
        .map((fact) => fact.join(" "))
        .join(", ")}`,
    };
    return item;
  }

  async getChildren(run?: RunSummary): Promise<RunSummary[]> {
    return run === undefined ? [...(await this.#runs.list())] : [];
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#listener.dispose();
    this.view.dispose();
    this.#changed.dispose();
  }
}

function tooltipOf(run: RunSummary): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendMarkdown("**").appendText(run.name).appendMarkdown("**\n\n");
  for (const [what, value] of runFacts(run)) text.appendMarkdown(`- ${what}: `).appendText(value).appendMarkdown("\n");
  return text;
}
