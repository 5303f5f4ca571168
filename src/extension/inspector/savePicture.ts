// Writes a picture of the inspector where the user wants it.
import { homedir } from "node:os";
import * as vscode from "vscode";
import type { WindowAnswers } from "../../protocol/inspector/questions.ts";

export const savePicture: WindowAnswers["savePicture"] = async ({ name, format, data }) => {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  const defaultUri = vscode.Uri.joinPath(folder, `${fileName(name)}.${format}`);
  const filters: Record<string, string[]> = format === "svg" ? { "SVG picture": ["svg"] } : { "PNG picture": ["png"] };
  const place = await vscode.window.showSaveDialog({ defaultUri, filters, title: "Save Picture" });
  if (place === undefined) return { saved: false };
  await vscode.workspace.fs.writeFile(place, Buffer.from(data, format === "svg" ? "utf8" : "base64"));
  return { saved: true };
};

/** Without what a file system may not like. */
function fileName(name: string): string {
  return name.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|-+$/g, "") || "picture";
}
