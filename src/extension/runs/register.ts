// Everything about kept runs that a window has: the keeper, the view, the commands.
import * as vscode from "vscode";
import type { Inspector } from "../inspector/inspector.ts";
import type { RunStore } from "../runStore.ts";
import { registerRunsCommands } from "./commands.ts";
import { RunKeeper } from "./keeper.ts";
import { RunsTree } from "./runsTree.ts";
import type { WorkspaceRuns } from "./workspaceRuns.ts";

export interface KeptRuns extends vscode.Disposable {
  /** Resolves when everything that is to be kept is on the disk. */
  close(): Promise<void>;
}

/** @param version of the extension */
export function registerRuns(store: RunStore, runs: WorkspaceRuns, inspector: Inspector, version: string): KeptRuns {
  const keeper = new RunKeeper(store, runs, version);
  const all = vscode.Disposable.from(
    keeper,
    new RunsTree(runs),
    registerRunsCommands({ store, runs, inspector }),
    runs.onDidChange(() => inspector.keptRunsChanged(null)),
  );
  return { close: () => keeper.close(), dispose: () => all.dispose() };
}
