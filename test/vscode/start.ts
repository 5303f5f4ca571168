// `npm start`: builds, opens the example workspace in a real VS Code with the extension in it, and keeps it running.
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { linkExtensions } from "./host/extensions.ts";
import { onPath, root, scratch, serverRunsHere } from "./host/install.ts";
import { quietSettings, startServer } from "./host/server.ts";

const usage = `npm start -- [FOLDER] [--desktop] [--fresh] [--port N]

  FOLDER      open this folder instead of a copy of the example workspace
  --desktop   use the desktop VS Code on the PATH (the default where the server build does not run)
  --fresh     begin with a new copy of the example workspace
  --port N    the server's port (default: the first free one from 4137 on)`;

const startFolder = join(scratch, "start");

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      desktop: { type: "boolean", default: !serverRunsHere },
      fresh: { type: "boolean", default: false },
      port: { type: "string", default: "4137-4199" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [folder, ...more] = positionals;
  if (more.length > 0) throw new Error(`One folder at a time, not ${positionals.join(", ")}`);
  if (folder !== undefined && !existsSync(folder)) throw new Error(`There is no folder ${resolve(folder)}`);
  if (!/^\d+(-\d+)?$/.test(values.port)) throw new Error(`--port wants a number, not "${values.port}"`);
  return { ...values, folder };
}

function build(): void {
  const { status } = spawnSync(process.execPath, [join(root, "esbuild.mjs")], { cwd: root, stdio: "inherit" });
  if (status !== 0) throw new Error("The build failed; nothing was started.");
}

/** Training writes into its workspace, so the repository's own examples are not opened. What the user changed stays. */
function exampleCopy(fresh: boolean): string {
  const folder = join(startFolder, "examples");
  if (fresh) rmSync(folder, { recursive: true, force: true });
  cpSync(join(root, "media/examples"), folder, { recursive: true, force: false });
  return folder;
}

async function startInBrowser(folder: string, port: string): Promise<void> {
  // Ctrl-C is how it is meant to end; the server goes with this process.
  process.once("SIGINT", () => process.exit(0));
  const server = await startServer({
    folder,
    port,
    automation: false,
    extensionsFolder: linkExtensions(join(startFolder, "extensions")),
    dataFolder: join(startFolder, "data"),
    // Without it, every page that the user's browser shows could talk to the server.
    token: randomBytes(12).toString("hex"),
  });

  console.log(`\nVS Code with Gradient Debugger is at\n\n    ${server.url}\n`);
  console.log(`Workspace: ${relative(process.cwd(), folder) || folder}. Ctrl-C ends it.`);
  openBrowser(server.url);
  const code = await server.gone;
  throw new Error(`VS Code's server ended by itself with exit code ${code}.`);
}

function openBrowser(url: string): void {
  const desktop = process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!desktop || onPath("xdg-open") === undefined) return;
  // Without a browser the printed address is still there.
  spawn("xdg-open", [url], { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}

function startOnDesktop(folder: string): void {
  if (onPath("code") === undefined) {
    const other = serverRunsHere ? " Without --desktop, npm start serves VS Code to a browser." : "";
    throw new Error(
      `There is no command \`code\` on the PATH. In VS Code, run "Shell Command: Install 'code' command in PATH" from the palette.${other}`,
    );
  }
  const data = join(startFolder, "desktop");
  mkdirSync(join(data, "User"), { recursive: true });
  writeFileSync(join(data, "User/settings.json"), JSON.stringify(quietSettings));
  const options = [
    `--extensionDevelopmentPath=${root}`,
    `--user-data-dir=${data}`,
    `--extensions-dir=${join(data, "extensions")}`,
    "--disable-workspace-trust",
    "--disable-telemetry",
    "--skip-welcome",
    "--skip-release-notes",
    "--new-window",
    folder,
  ];
  const windows = process.platform === "win32";
  const quoted = windows ? options.map((option) => `"${option}"`) : options;
  const { status } = spawnSync("code", quoted, { stdio: "inherit", shell: windows });
  if (status !== 0) throw new Error(`code ended with exit code ${status}`);
  console.log(`VS Code opens ${folder} with Gradient Debugger in it.`);
}

try {
  const options = readOptions();
  if (options.help) console.log(usage);
  else {
    build();
    const folder = options.folder === undefined ? exampleCopy(options.fresh) : resolve(options.folder);
    if (options.desktop) startOnDesktop(folder);
    else await startInBrowser(folder, options.port);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
