// Workspace Trust: a model file is code, so nothing of it is loaded or run before the user trusts its folder.
import * as vscode from "vscode";

const manage = "Manage Workspace Trust";

/** True in a trusted workspace; else says what is refused and why, and offers to change it. */
export function isTrusted(action: string): boolean {
  if (vscode.workspace.isTrusted) return true;
  void refuse(action);
  return false;
}

async function refuse(action: string): Promise<void> {
  const message = `${action} needs a trusted workspace: a model file is a program, and training runs it on this machine.`;
  const choice = await vscode.window.showWarningMessage(message, manage);
  if (choice === manage) await vscode.commands.executeCommand("workbench.trust.manage");
}
