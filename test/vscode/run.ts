// Runs everything that needs a real VS Code: the suite in the extension host, then the scenarios that drive a window.
// `npm run test:vscode -- NAME…` runs the part `suite`, or the scenarios of these names, alone.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { runTests } from "@vscode/test-electron";
import { build as bundle } from "esbuild";
import { contentionVariable, watchContention } from "./host/contention.ts";
import { findChromium, installHost, root, scratch, serverRunsHere } from "./host/install.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const ending = ".test.ts";

/** A desktop is where somebody can see a window. VSCODE_TEST_HOST=server or desktop overrules it. */
function chooseHost(): "server" | "desktop" {
  const asked = process.env.VSCODE_TEST_HOST;
  if (asked === "server" || asked === "desktop") return asked;
  if (!serverRunsHere) return "desktop";
  return process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? "desktop" : "server";
}

/** The suite runs in VS Code's own Node, so it is bundled to plain JavaScript; mocha stays outside. */
async function bundleSuite(): Promise<string> {
  const outdir = join(scratch, "suite");
  rmSync(outdir, { recursive: true, force: true });
  const names = readdirSync(join(here, "suite")).filter((name) => name === "index.ts" || name.endsWith(".test.ts"));
  await bundle({
    entryPoints: names.map((name) => join(here, "suite", name)),
    outdir,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    sourcemap: "inline",
    external: ["vscode", "mocha"],
  });
  return join(outdir, "index.cjs");
}

/** The suite writes into its workspace, so it gets a copy. */
function copyOfExamples(): string {
  const folder = join(scratch, "suite-workspace");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, "media/examples"), folder, { recursive: true });
  return folder;
}

async function suiteInExtensionHost(): Promise<void> {
  const contended = watchContention();
  const host = chooseHost();
  await sleep(1000); // long enough to tell how busy the machine is before we come
  if (host === "server") {
    installHost();
    findChromium();
  }
  await runTests({
    ...(host === "server" ? { vscodeExecutablePath: join(here, "host/launcher.ts") } : {}),
    extensionDevelopmentPath: root,
    extensionTestsPath: await bundleSuite(),
    launchArgs: [copyOfExamples()],
    extensionTestsEnv: { [contentionVariable]: String(contended()) },
  });
}

/** Windows are driven in the server build, on a desktop too: there the scenarios neither steal focus nor read its settings. */
function scenarios(names: readonly string[]): void {
  if (!serverRunsHere) {
    console.log(
      "The scenarios in test/vscode/ui need VS Code's server build, which runs on Linux x64 only; not run here.",
    );
    return;
  }
  const screenshots = join(here, "screenshots");
  mkdirSync(screenshots, { recursive: true });
  for (const name of readdirSync(screenshots)) if (name.startsWith("failed-")) rmSync(join(screenshots, name));
  // One after the other: each has a window, and two cores have enough to do with one.
  const failed = names.filter((name) => !passes(name));
  // A window may lose a key or a click to what VS Code does by itself; what is broken fails in a second window too.
  const broken = failed.filter((name) => !passes(name));
  const unsteady = failed.filter((name) => !broken.includes(name));
  if (unsteady.length > 0) console.log(`Failed in one window and passed in the next: ${unsteady.join(", ")}`);
  if (broken.length > 0) throw new Error(`Failed in two windows: ${broken.join(", ")}`);
}

function passes(name: string): boolean {
  const options = ["--import", "tsx", "--test", "--test-reporter=spec", join(here, "ui", name + ending)];
  return spawnSync(process.execPath, options, { cwd: root, stdio: "inherit" }).status === 0;
}

const scenarioNames = readdirSync(join(here, "ui"))
  .filter((name) => name.endsWith(ending))
  .map((name) => name.slice(0, -ending.length))
  .sort();

try {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => name !== "suite" && !scenarioNames.includes(name));
  if (unknown.length > 0) throw new Error(`There is no ${unknown.join(", ")}, but: suite, ${scenarioNames.join(", ")}`);
  const wanted = (name: string) => asked.length === 0 || asked.includes(name);
  if (wanted("suite")) await suiteInExtensionHost();
  const chosen = scenarioNames.filter(wanted);
  if (chosen.length > 0) scenarios(chosen);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
