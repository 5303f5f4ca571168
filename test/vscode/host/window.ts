// Opens a window of VS Code's server build in Chromium, and drives it as a user does; knows nothing of the extension.
import { type Browser, chromium, type Page } from "playwright-core";
import { findChromium } from "./install.ts";
import { type Server, type ServerOptions, startServer } from "./server.ts";

export interface WindowOptions extends ServerOptions {
  /** Colours and forced colours as the user's system asks for them are the page's; the theme is a setting. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Every line of the extension host's log, as console.log got it. */
  readonly onLog?: (type: string, values: readonly unknown[]) => void;
}

/** How a window ended by itself. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
}

export interface Window {
  readonly page: Page;
  readonly server: Server;
  /** Resolves when the tests in the extension host are done, or the page or the server died. */
  readonly ended: Promise<Ending>;
  close(): Promise<void>;
}

const chromiumArguments = [
  "--no-sandbox", // it runs as root in containers
  "--disable-dev-shm-usage",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function openWindow(options: WindowOptions = {}): Promise<Window> {
  const executablePath = findChromium();
  const server = await startServer(options);
  let browser: Browser | undefined;
  const close = async () => {
    await browser?.close();
    await server.close();
  };
  try {
    browser = await chromium.launch({ executablePath, args: chromiumArguments });
    const page = await browser.newPage({ viewport: options.size ?? { width: 1400, height: 900 } });
    let finish: (ending: Ending) => void = () => {};
    const ended = new Promise<Ending>((done) => {
      finish = done;
    });
    page.once("crash", () => finish({ code: 70, reason: "the page crashed" }));
    void server.gone.then((code) => finish({ code: 71, reason: `VS Code's server ended with exit code ${code}` }));
    await exposeAutomation(page, options.onLog, finish);
    await page.goto(server.url);
    await page.locator(".monaco-workbench .part.statusbar").waitFor({ timeout: 60_000 });
    return { page, server, ended, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** VS Code looks for these two functions when it loads a page with tests, so they must be there before. */
async function exposeAutomation(page: Page, onLog: WindowOptions["onLog"], finish: (ending: Ending) => void) {
  await page.exposeFunction("codeAutomationLog", (type: string, values: unknown[]) => onLog?.(type, values));
  await page.exposeFunction("codeAutomationExit", (code: number) => finish({ code, reason: "the tests ended" }));
}
