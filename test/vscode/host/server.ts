// Runs VS Code's server build on a free loopback port with its own data folder; knows no browser and no extension of ours.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { installHost } from "./install.ts";

export interface ServerOptions {
  /** Folder to open. */
  readonly folder?: string;
  /** Folder of an extension to load from its sources; needs `automation`. */
  readonly extension?: string;
  /** Module whose `run()` is called in the extension host; needs `automation`. */
  readonly tests?: string;
  /** Lets the page's owner load extensions under development and read their tests' log. Default true. */
  readonly automation?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Folder of installed extensions; default an empty one. */
  readonly extensionsFolder?: string;
  /** Ask whether the folder is trusted, as VS Code does by default. Default false: everything is trusted. */
  readonly workspaceTrust?: boolean;
  /** Variables that the extension host sees too. */
  readonly environment?: NodeJS.ProcessEnv;
  /** A port, or a range of which the first free one is taken. Default "0": any. */
  readonly port?: string;
  /** Word that the first request must carry; default none. */
  readonly token?: string;
  /** Where settings and state live; default a throw-away folder. */
  readonly dataFolder?: string;
}

export interface Server {
  readonly port: number;
  /** Address of the window. */
  readonly url: string;
  /** Resolves with the server's exit code once it is gone. */
  readonly gone: Promise<number | null>;
  /** Ends the server and what it started, and removes the throw-away folder. */
  close(): Promise<void>;
}

/** Nothing that talks to the outside or greets; the test must see the extension alone. */
export const quietSettings = {
  "workbench.startupEditor": "none",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.tips.enabled": false,
  "telemetry.telemetryLevel": "off",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "chat.disableAIFeatures": true,
  "git.openRepositoryInParentFolders": "never",
};

export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const { node, server } = installHost();
  const { automation = true, port = "0", dataFolder } = options;
  const data = dataFolder ?? mkdtempSync(join(tmpdir(), "gradient-debugger-vscode-"));
  const user = join(data, "user");
  mkdirSync(join(user, "User"), { recursive: true });
  const settingsFile = join(user, "User", "settings.json");
  // In a folder that is kept, the user may have changed them.
  if (!existsSync(settingsFile)) writeFileSync(settingsFile, JSON.stringify({ ...quietSettings, ...options.settings }));

  const child = spawn(
    node,
    [
      ...["--import", fileURLToPath(new URL("endWithParent.mjs", import.meta.url))],
      join(server, "out/server-main.js"),
      ...["--host", "127.0.0.1", "--port", port],
      ...(options.token === undefined ? ["--without-connection-token"] : ["--connection-token", options.token]),
      ...(automation ? ["--enable-smoke-test-driver"] : []),
      ...(options.workspaceTrust ? [] : ["--disable-workspace-trust"]),
      ...["--accept-server-license-terms", "--disable-telemetry", "--disable-experiments"],
      "--disable-getting-started-override",
      ...["--server-data-dir", join(data, "server"), "--user-data-dir", user],
      ...["--extensions-dir", options.extensionsFolder ?? join(data, "extensions")],
    ],
    { env: environment(options.environment), detached: true, stdio: ["ignore", "pipe", "pipe"] },
  );
  const gone = new Promise<number | null>((done) => {
    child.once("exit", done);
    child.once("error", () => done(null));
  });
  const clear = () => {
    if (dataFolder === undefined) rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  const atExit = () => {
    kill(child, "SIGKILL");
    clear();
  };
  endProperly();
  process.once("exit", atExit);

  let closing: Promise<void> | undefined;
  const close = async () => {
    kill(child, "SIGTERM");
    await Promise.race([gone, new Promise((done) => setTimeout(done, 3000).unref())]);
    kill(child, "SIGKILL");
    process.removeListener("exit", atExit);
    clear();
  };
  const closeOnce = () => (closing ??= close());
  try {
    const listening = await portOf(child);
    return { port: listening, url: address(listening, options), gone, close: closeOnce };
  } catch (error) {
    await closeOnce();
    throw error;
  }
}

/** Installs a packaged extension as a user does; the result is for `extensionsFolder`. */
export function installPackage(vsix: string, extensionsFolder: string): void {
  const { node, server } = installHost();
  const options = ["--accept-server-license-terms", "--server-data-dir", `${extensionsFolder}-data`];
  execFileSync(
    node,
    [
      join(server, "out/server-main.js"),
      ...options,
      ...["--extensions-dir", extensionsFolder, "--install-extension", resolve(vsix)],
    ],
    { env: environment(), stdio: ["ignore", "pipe", "pipe"] },
  );
}

/** Ours must not reach another VS Code that this was started from, and no extension gallery is asked. */
function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const clean = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$|npm_)/.test(name));
  return { EXTENSIONS_GALLERY: '{"serviceUrl":""}', ...Object.fromEntries(clean), ...more };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolvePort, reject) => {
    let output = "";
    const timer = setTimeout(
      () => reject(new Error(`VS Code's server did not listen within 60 s. Its output:\n${output}`)),
      60_000,
    );
    const read = (text: Buffer) => {
      output = (output + text).slice(-20_000);
      const match = /Extension host agent listening on (\d+)/.exec(output);
      if (match === null) return;
      clearTimeout(timer);
      resolvePort(Number(match[1]));
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`VS Code's server ended with exit code ${code}. Its output:\n${output}`));
    });
  });
}

/**
 * What the window must know goes into the address. The folder too: as the server's `--default-folder` it would get another
 * authority than its files, and the explorer and the breadcrumbs would not recognise them.
 */
function address(port: number, { folder, extension, tests, token }: ServerOptions): string {
  const url = new URL(`http://127.0.0.1:${port}/`);
  const remote = (file: string) => `vscode-remote://127.0.0.1:${port}${encodeURI(resolve(file))}`;
  const payload = [
    ...(extension === undefined ? [] : [["extensionDevelopmentPath", remote(extension)]]),
    ...(tests === undefined ? [] : [["extensionTestsPath", remote(tests)]]),
  ];
  if (token !== undefined) url.searchParams.set("tkn", token);
  if (folder === undefined) url.searchParams.set("ew", "true");
  else url.searchParams.set("folder", resolve(folder));
  if (payload.length > 0) url.searchParams.set("payload", JSON.stringify([["skipWelcome", "true"], ...payload]));
  return url.href;
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Its process group is gone already.
  }
}

let prepared = false;
/** A signal ends this process through `exit`, where everything that was started is ended too. */
function endProperly(): void {
  if (prepared) return;
  prepared = true;
  const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
  for (const [signal, number] of Object.entries(numbers)) process.once(signal, () => process.exit(128 + number));
}
