// "New Model": writes a model file from a template, with its data and the editor's types, and opens it.
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import { type Template, templates } from "./templates.ts";
import { type EditorTypes, planFor } from "./types.ts";
import { referenceLine } from "./typesPlan.ts";

const ending = ".model.ts";

/** Asks for template, folder and name; writes nothing over an existing file. Returns the model file, or null. */
export async function newModel(types: EditorTypes): Promise<vscode.Uri | null> {
  const template = await vscode.window.showQuickPick(templates, { placeHolder: "Kind of model", matchOnDetail: true });
  if (template === undefined) return null;
  const folder = await chooseFolder();
  if (folder === null) return null;
  const name = await askName(template, folder);
  if (name === null) return null;
  const file = vscode.Uri.file(join(folder, name + ending));
  await write(template, name, file);
  await types.ensure(file);
  await vscode.window.showTextDocument(file, { preview: false });
  return file;
}

async function chooseFolder(): Promise<string | null> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 1) return folders[0].uri.fsPath;
  if (folders.length > 1) return (await vscode.window.showWorkspaceFolderPick())?.uri.fsPath ?? null;
  const options = { canSelectFiles: false, canSelectFolders: true, openLabel: "Create Model Here" };
  return (await vscode.window.showOpenDialog(options))?.[0]?.fsPath ?? null;
}

async function askName(template: Template, folder: string): Promise<string | null> {
  const answer = await vscode.window.showInputBox({
    prompt: `Name of the model; the file is NAME${ending} in ${folder}`,
    value: freeName(template.name, folder),
    validateInput: (value) => nameProblem(value, folder),
  });
  return answer === undefined ? null : withoutEnding(answer);
}

function nameProblem(value: string, folder: string): string | null {
  const name = withoutEnding(value);
  if (!/^[\w][\w. -]*(?:\/[\w][\w. -]*)*$/.test(name)) return "Use letters, digits, - and _; / for a folder.";
  return existsSync(join(folder, name + ending)) ? `${name}${ending} exists already.` : null;
}

function withoutEnding(value: string): string {
  const name = value.trim();
  return name.endsWith(ending) ? name.slice(0, -ending.length) : name;
}

function freeName(name: string, folder: string): string {
  const taken = (candidate: string) => existsSync(join(folder, candidate + ending));
  if (!taken(name)) return name;
  let number = 2;
  while (taken(`${name}-${number}`)) number++;
  return `${name}-${number}`;
}

/** `wx` refuses to write over a file that has come into being meanwhile; a data file that is there is used. */
async function write(template: Template, name: string, file: vscode.Uri): Promise<void> {
  const plan = planFor(file);
  const reference = plan === null || plan.gathered ? "" : referenceLine(file.fsPath, plan.folder);
  const base = name.slice(name.lastIndexOf("/") + 1);
  await mkdir(dirname(file.fsPath), { recursive: true });
  await writeFile(file.fsPath, reference + template.source(base), { flag: "wx" });
  for (const [dataName, text] of Object.entries(template.data(base))) {
    const path = join(dirname(file.fsPath), dataName);
    if (!existsSync(path)) await writeFile(path, text, { flag: "wx" });
  }
}
