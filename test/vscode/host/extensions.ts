// Folders of installed extensions: with this repository's own as it lies here, or with folders given. Knows no window.
import { mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { root } from "./install.ts";

/** Makes `folder` anew with these extensions in it, each under the name that VS Code expects. Their sources stay where they are. */
export function linkExtensions(folder: string, sources: readonly string[] = [root]): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const source of sources) {
    const { publisher, name, version } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
    symlinkSync(source, join(folder, `${publisher}.${name}-${version}`));
  }
  return folder;
}
