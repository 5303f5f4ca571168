// A scene for the scenarios: a window with the extension installed and a copy of the examples open, and what is seen in it.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import type { Locator } from "playwright-core";
import { Driver } from "../host/driver.ts";
import { linkExtensions } from "../host/extensions.ts";
import { root } from "../host/install.ts";
import { openWindow } from "../host/window.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
/** Git-ignored; one picture for each thing worth a look. */
const screenshots = join(here, "../screenshots");
/** Two busy cores are slow, and a wait ends as soon as what it waits for is there. */
export const patience = Number(process.env.TEST_PATIENCE ?? 30_000);

export interface SceneOptions {
  /** Start in Restricted Mode. Default false: everything is trusted. */
  readonly restricted?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly size?: { readonly width: number; readonly height: number };
  /** Folder of installed extensions, in place of the one with this repository's own. */
  readonly extensionsFolder?: string;
}

/** What the extension says of itself. */
export interface Probe {
  /** Milliseconds. */
  readonly activation: number;
  readonly status: string;
  readonly iteration: number;
  /** Milliseconds from the command to the first finished iteration, or null before it. */
  readonly firstIteration: number | null;
}

export class Scene {
  /** Errors and violated policies of the inspector page. */
  readonly complaints: string[] = [];
  #failed = false;

  private constructor(
    readonly driver: Driver,
    /** The opened folder. */
    readonly folder: string,
    private readonly probeFile: string,
    readonly close: () => Promise<void>,
  ) {
    driver.page.on("console", (message) => {
      const own = message.location().url.includes("webview.js") || message.text().includes("Content Security Policy");
      if (message.type() === "error" && own) this.complaints.push(message.text());
    });
  }

  static async open(options: SceneOptions = {}): Promise<Scene> {
    const base = mkdtempSync(join(tmpdir(), "gradient-debugger-scene-"));
    const folder = join(base, "examples");
    const probeFile = join(base, "probe.json");
    cpSync(join(root, "media/examples"), folder, { recursive: true });
    const installed = join(base, "extensions");
    try {
      const window = await openWindow({
        folder,
        automation: false, // with it, VS Code shows no notifications
        extensionsFolder: options.extensionsFolder ?? linkExtensions(installed, [root, join(here, "probe")]),
        workspaceTrust: options.restricted ?? false,
        settings: { "workbench.colorTheme": "Dark Modern", ...options.settings },
        environment: { PROBE_FILE: probeFile },
        ...(options.size === undefined ? {} : { size: options.size }),
      });
      return new Scene(new Driver(window.page), folder, probeFile, async () => {
        await window.close();
        rmSync(base, { recursive: true, force: true });
      });
    } catch (error) {
      rmSync(base, { recursive: true, force: true });
      throw error;
    }
  }

  /** Runs a test's steps; when one fails, what was on the screen is kept, and the tests that would go on from there fail at once. */
  async play(name: string, steps: () => Promise<void>): Promise<void> {
    assert.ok(!this.#failed, "a test before this one has failed in the same window");
    this.#failed = true;
    try {
      await steps();
    } catch (error) {
      await this.screenshot(`failed-${name}`);
      throw error;
    }
    assert.deepEqual(this.complaints, []);
    this.#failed = false;
  }

  /** Opens a model file and waits until the extension has seen it: its buttons stand above the editor. */
  async openModel(name: string): Promise<void> {
    await this.driver.page.keyboard.press("Control+1"); // the group of code, also when the inspector has the focus
    await this.driver.openFile(`${name}.model.ts`);
    await this.driver.page.locator(".editor-actions .codicon-debug-alt").first().waitFor();
  }

  /**
   * Debugs Moby Dick, which is open, to the middle of a backward pass: some iterations at full speed, then a breakpoint in
   * forward() that backward hits too, and steps down to this timestep.
   */
  async pauseInBackward(timestep: number, iterations: number): Promise<void> {
    const { driver } = this;
    await driver.page.keyboard.press("F5");
    await this.probe(
      "the first iterations",
      ({ status, iteration }) => status === "running" && iteration >= iterations,
    );
    await driver.clickGutter(11);
    await this.status.filter({ hasText: /(forward|backward) rnn/ }).waitFor();
    // Both passes stop there; the second stop is in the other one.
    if ((await this.status.filter({ hasText: "forward" }).count()) > 0) await driver.button("continue").click();
    await driver.topOfStack("rnn[t=31] backward");
    for (let t = 30; t >= timestep; t--) {
      await driver.button("step-into").click();
      await driver.topOfStack(`rnn[t=${t}] backward`);
    }
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    await this.driver.page.screenshot({ path: join(screenshots, `${name}.png`) });
  }

  /** Changes settings of the opened folder, as its `.vscode/settings.json` has them. */
  set(settings: Readonly<Record<string, unknown>>): void {
    mkdirSync(join(this.folder, ".vscode"), { recursive: true });
    writeFileSync(join(this.folder, ".vscode/settings.json"), JSON.stringify(settings));
  }

  /** Waits until the extension says something of itself that fits. */
  probe(what: string, fits: (probe: Probe) => boolean): Promise<Probe> {
    return until(what, () => {
      if (!existsSync(this.probeFile)) return null;
      const probe: Probe = JSON.parse(readFileSync(this.probeFile, "utf8"));
      return fits(probe) ? probe : null;
    });
  }

  /** The extension's item in the status bar. */
  get status(): Locator {
    return this.driver.page.locator(".part.statusbar .statusbar-item[id*='gradientDebugger']");
  }

  /** A notification that contains this text. */
  notification(text: string | RegExp): Locator {
    return this.driver.page.locator(".notifications-toasts .notification-list-item", { hasText: text }).first();
  }

  /** A part of the inspector page. */
  inspector(selector: string): Locator {
    return this.driver.webview().locator(selector);
  }

  /** A button of the inspector's toolbar; where room is scarce its label is there for screen readers only. */
  button(label: string): Locator {
    return this.inspector(`.controls vscode-button:has(.label:text-is("${label}"))`);
  }

  panel(title: string): Locator {
    return this.inspector(`section[aria-label="${title}"]`);
  }

  /** Waits until a panel's chart shows a curve: at least so many pixels with a colour, for axes and words are grey. */
  curve(title: string, pixels = 100): Promise<number> {
    return until(`a curve in ${title}`, async () => {
      const count = Number(
        await this.panel(title).evaluate(`(() => {
          const panel = document.querySelector('section[aria-label="${title}"]');
          // What is out of sight is drawn when there is time, which a training at full speed leaves none of.
          panel.scrollIntoView({ block: "nearest" });
          const canvas = panel.querySelector("canvas");
          if (canvas === null) return 0;
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let count = 0;
          for (let i = 0; i < data.length; i += 4) {
            const [red, green, blue, alpha] = data.subarray(i, i + 4);
            if (alpha > 60 && Math.max(red, green, blue) - Math.min(red, green, blue) > 50) count++;
          }
          return count;
        })()`),
      );
      return count >= pixels ? count : null;
    });
  }
}

/** Asks again and again until there is an answer; the first one that is not null is returned. */
export async function until<T>(what: string, ask: () => T | null | Promise<T | null>): Promise<T> {
  for (const end = Date.now() + patience; ; ) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > end) throw new Error(`${what} has not come within ${patience / 1000} s`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** Asks again and again until the answer is this one: a picture may come a message later than what a test has waited for. */
export async function untilEqual<T>(expected: T, ask: () => T | Promise<T>): Promise<void> {
  let answer = await ask();
  for (const end = Date.now() + patience; !isDeepStrictEqual(answer, expected) && Date.now() < end; ) {
    await new Promise((done) => setTimeout(done, 50));
    answer = await ask();
  }
  assert.deepEqual(answer, expected);
}
