// Builds the inspector page as it ships and opens it in Chromium with the real document, policy and a stand-in for VS Code.
import { existsSync, mkdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { delimiter, join } from "node:path";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { inspectorHtml } from "../../src/extension/inspector/inspectorHtml.ts";
import type { InspectorState, ToWebview } from "../../src/protocol/inspector/inspector.ts";
import { encodeToWebview } from "../../src/protocol/inspector/inspectorWire.ts";
import { pageOptions } from "../../webview/build.mjs";
import { type ThemeName, themes } from "./themes.ts";

export const root = new URL("../../", import.meta.url).pathname;
export const screenshotFolder = join(root, "test/webview/screenshots");

export interface OpenOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  /** What an earlier page kept with `setState`. */
  readonly kept?: unknown;
  /** Answers the page's questions of these names; others are left open, for the test to answer. */
  readonly answers?: Readonly<Record<string, (params: never) => unknown>>;
  /** What time it is on the page, in milliseconds since 1970; default: the machine's clock. */
  readonly clock?: number;
}

/** One page and what it said. */
export interface Inspector {
  readonly page: Page;
  /** Console errors, uncaught errors and violations of the content security policy. */
  readonly complaints: readonly string[];
  send(message: ToWebview): Promise<void>;
  /** Anything, as it is, also what is no message. */
  sendRaw(data: unknown): Promise<void>;
  show(state: InspectorState): Promise<void>;
  /** What the page has posted to the host. */
  sent(): Promise<unknown[]>;
  /** What the page has last given to `setState`. */
  kept(): Promise<unknown>;
  setTheme(theme: ThemeName): Promise<void>;
  /** Resolves when the page has drawn what it got. */
  settled(): Promise<void>;
  screenshot(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface InspectorBrowser {
  open(options?: OpenOptions): Promise<Inspector>;
  close(): Promise<void>;
}

export async function startBrowser(): Promise<InspectorBrowser> {
  mkdirSync(screenshotFolder, { recursive: true });
  const server = await serve(await bundle());
  let browser: Browser;
  try {
    browser = await chromium.launch({ executablePath: findChromium(), args: chromiumArguments });
  } catch (error) {
    server.close();
    throw error;
  }
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    open: (options = {}) => openInspector(browser, `http://127.0.0.1:${port}/`, options),
    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** For containers: no sandbox, no GPU, little shared memory; and nothing of Chromium's own business on the network. */
const chromiumArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function findChromium(): string {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = ["chromium", "chromium-browser", "google-chrome"]
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error("no Chromium on the PATH; install one or set CHROMIUM to its path");
  return found;
}

interface Bundle {
  readonly script: string;
  readonly style: string;
}

async function bundle(): Promise<Bundle> {
  const { outputFiles } = await build({
    ...pageOptions,
    entryPoints: [join(root, "webview/main.ts")],
    outfile: "/webview.js",
    minify: true,
    write: false,
  });
  const textOf = (ending: string): string => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? "";
  return { script: textOf(".js"), style: textOf(".css") };
}

function serve({ script, style }: Bundle): Promise<Server> {
  const server = createServer((request, response) => {
    const origin = `http://${request.headers.host}`;
    const html = inspectorHtml({
      scriptUri: `${origin}/webview.js`,
      styleUri: `${origin}/webview.css`,
      cspSource: origin,
      nonce: "fixedForTests",
    });
    const [type, body] =
      request.url === "/webview.js"
        ? ["text/javascript", script]
        : request.url === "/webview.css"
          ? ["text/css", style]
          : ["text/html", html];
    response.setHeader("Content-Type", `${type}; charset=utf-8`);
    response.end(body);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

async function openInspector(browser: Browser, url: string, options: OpenOptions): Promise<Inspector> {
  const { theme = "dark", width = 1100, height = 900 } = options;
  const viewport = { width, height };
  const context = await browser.newContext({ viewport, deviceScaleFactor: 1, timezoneId: "UTC", locale: "en-US" });
  const page = await context.newPage();
  if (options.clock !== undefined) await page.clock.setFixedTime(options.clock);
  await page.exposeFunction("answerTo", (id: number, name: string, params: never) => {
    const answer = options.answers?.[name];
    return answer === undefined ? null : encodeToWebview({ type: "answer", id, ok: true, value: answer(params) });
  });
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.addInitScript(standIn(options.kept));
  await page.addInitScript(themeScript(theme));
  await page.goto(url);
  const settled = async (): Promise<void> => {
    await page.evaluate(untilQuiet);
  };
  const sendRaw = async (data: unknown): Promise<void> => {
    // Resolves when the page has got it: its listener was there before this one.
    await page.evaluate(`new Promise((done) => {
      window.addEventListener("message", done, { once: true });
      window.postMessage(${JSON.stringify(data)}, "*");
    }).then(() => undefined)`);
  };
  const send = (message: ToWebview): Promise<void> => sendRaw(encodeToWebview(message));
  return {
    page,
    complaints,
    send,
    sendRaw,
    settled,
    async show(state) {
      await send({ type: "hydrate", state });
      await settled();
    },
    sent: () => page.evaluate("window.standIn.sent"),
    kept: () => page.evaluate("window.standIn.kept"),
    async setTheme(name) {
      await page.evaluate(themeScript(name));
      await settled();
    },
    async screenshot(name) {
      await page.screenshot({ path: join(screenshotFolder, `${name}.png`), fullPage: true });
    },
    close: () => context.close(),
  };
}

/** Waits until the page is not behind and nothing has changed for a while, and for a frame after that. */
const untilQuiet = `new Promise((done) => {
  let last = performance.now();
  const observer = new MutationObserver(() => { last = performance.now(); });
  observer.observe(document.querySelector("#inspector"), { subtree: true, childList: true, characterData: true, attributes: true });
  const look = () => {
    if (document.querySelector("[data-behind]") || performance.now() - last < 200) return setTimeout(look, 20);
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => done()));
  };
  look();
})`;

/** What VS Code gives to a page, with a memory that tests can read. Violations of the policy become console errors. */
function standIn(kept: unknown): string {
  return `
    window.standIn = { sent: [], kept: ${JSON.stringify(kept ?? null)} ?? undefined };
    window.acquireVsCodeApi = () => ({
      postMessage: (message) => {
        window.standIn.sent.push(JSON.parse(JSON.stringify(message)));
        if (message.type !== "ask") return;
        const { id, question } = message;
        void window.answerTo(id, question.name, question.params).then((answer) => {
          if (answer !== null) window.postMessage(answer, "*");
        });
      },
      getState: () => window.standIn.kept,
      setState: (state) => { window.standIn.kept = JSON.parse(JSON.stringify(state)); },
    });
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error("policy violated: " + event.violatedDirective + " " + event.blockedURI + " " + event.sample);
    });`;
}

/** As VS Code does it: the body's class first, then the variables on the root element. */
function themeScript(name: ThemeName): string {
  const { bodyClass, variables } = themes[name];
  return `(() => {
    const apply = () => {
      document.body.className = ${JSON.stringify(bodyClass)};
      document.body.dataset.vscodeThemeKind = ${JSON.stringify(bodyClass.split(" ")[0])};
      document.documentElement.removeAttribute("style");
      for (const [name, value] of Object.entries(${JSON.stringify(variables)})) {
        document.documentElement.style.setProperty("--vscode-" + name, value);
      }
    };
    if (document.body !== null) return apply();
    new MutationObserver((_, observer) => {
      if (document.body === null) return;
      observer.disconnect();
      apply();
    }).observe(document, { childList: true, subtree: true });
  })()`;
}
