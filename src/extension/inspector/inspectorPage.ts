// One inspector page, in an editor, the side bar or another window: gets the state, then increments; its wishes are acted on.
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { assertNever } from "../../protocol/assertNever.ts";
import type { FromWebview, InspectorCommand, InspectorState, ToWebview } from "../../protocol/inspector/inspector.ts";
import { decodeFromWebview, encodeToWebview } from "../../protocol/inspector/inspectorWire.ts";
import {
  isToRun,
  type Question,
  type QuestionParams,
  type QuestionToRun,
  type QuestionToWindow,
  type WindowAnswers,
} from "../../protocol/inspector/questions.ts";
import { reveal } from "../editor/reveal.ts";
import type { RunStore } from "../runStore.ts";
import { inspectorHtml } from "./inspectorHtml.ts";

export interface InspectorParts {
  readonly store: RunStore;
  /** Where the extension is installed. */
  readonly extension: vscode.Uri;
  readonly answers: WindowAnswers;
}

/** What each button of the page runs. */
const commands: Record<InspectorCommand, string> = {
  train: "gradientDebugger.train",
  debug: "gradientDebugger.debug",
  stop: "gradientDebugger.stop",
  continue: "workbench.action.debug.continue",
  pause: "workbench.action.debug.pause",
  stepInto: "workbench.action.debug.stepInto",
  stepOver: "workbench.action.debug.stepOver",
  stepOut: "workbench.action.debug.stepOut",
};

export class InspectorPage implements vscode.Disposable {
  readonly #webview: vscode.Webview;
  readonly #parts: InspectorParts;
  /** The kept run that is shown instead of the window's own. */
  readonly #kept: () => InspectorState | null;
  readonly #received: vscode.Disposable;
  /** The page is loaded and has the state; from then on it gets increments. */
  #ready = false;
  /** A parameter that was asked for before the page was ready. */
  #wanted: string | null = null;
  /** Kept runs to look at that were asked for before the page was ready. */
  #overlay: readonly string[] | null = null;

  constructor(webview: vscode.Webview, parts: InspectorParts, kept: () => InspectorState | null) {
    this.#webview = webview;
    this.#parts = parts;
    this.#kept = kept;
    const roots = ["dist", "media"].map((folder) => vscode.Uri.joinPath(parts.extension, folder));
    webview.options = { enableScripts: true, localResourceRoots: roots };
    this.#received = webview.onDidReceiveMessage((data: unknown) => this.#receive(data));
    const resource = (name: string) =>
      webview.asWebviewUri(vscode.Uri.joinPath(parts.extension, "dist", name)).toString();
    webview.html = inspectorHtml({
      scriptUri: resource("webview.js"),
      styleUri: resource("webview.css"),
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString("hex"),
    });
  }

  /** Hands on what `encodeToWebview` has made of news; a page that is not there gets the whole state when it comes. */
  send(news: string): void {
    if (this.#ready) void this.#webview.postMessage(news);
  }

  /** Another run has begun. */
  reset(): void {
    if (this.#ready) this.#hydrate();
  }

  /** A hidden page is thrown away and comes back by itself; it says "ready" when it has. */
  hidden(): void {
    this.#ready = false;
  }

  /** Brings this parameter (state-dict name) into view. */
  show(parameter: string | null): void {
    this.#wanted = parameter;
    if (this.#ready) this.#showWanted();
  }

  /** Tells the page to ask for the kept runs anew; `overlay`: to look at these. */
  keptRunsChanged(overlay: readonly string[] | null): void {
    this.#overlay = overlay ?? this.#overlay;
    if (this.#ready) this.#showOverlay();
  }

  dispose(): void {
    this.#ready = false;
    this.#received.dispose();
  }

  #receive(data: unknown): void {
    const message = decodeFromWebview(data);
    if (message !== null) void this.#act(message);
  }

  async #act(message: FromWebview): Promise<void> {
    switch (message.type) {
      case "ready":
        this.#hydrate();
        return;
      case "command":
        await this.#run(message.command);
        return;
      case "reveal":
        await reveal(message.file, message.line);
        return;
      case "ask":
        this.#post(await this.#answer(message.id, message.question));
        return;
      default:
        assertNever(message);
    }
  }

  async #answer(id: number, question: Question): Promise<ToWebview> {
    try {
      const value = isToRun(question) ? await this.#askRun(question) : await askWindow(this.#parts.answers, question);
      return { type: "answer", id, ok: true, value };
    } catch (error) {
      return { type: "answer", id, ok: false, message: error instanceof Error ? error.message : String(error) };
    }
  }

  #askRun(question: QuestionToRun): Promise<unknown> {
    if (this.#kept() !== null) throw new Error("this is a kept run: it can be looked at, but it has no tensors to ask");
    const { active } = this.#parts.store;
    if (active === null) throw new Error("no run is going on");
    return active.ask(question);
  }

  /** Train and debug mean the model that the page shows; the stepping commands know their session. */
  async #run(command: InspectorCommand): Promise<void> {
    const lastFile = this.#kept()?.model?.file ?? this.#parts.store.lastFile;
    const again = (command === "train" || command === "debug") && lastFile !== null;
    await vscode.commands.executeCommand(commands[command], ...(again ? [vscode.Uri.file(lastFile)] : []));
  }

  #hydrate(): void {
    const { store } = this.#parts;
    // What has gathered is part of the state already; it must not follow it a second time.
    this.#ready = false;
    store.flush();
    this.#post({ type: "hydrate", state: this.#kept() ?? store.state });
    this.#ready = true;
    this.#showWanted();
    if (this.#overlay !== null) this.#showOverlay();
  }

  #showWanted(): void {
    if (this.#wanted !== null) this.#post({ type: "show", parameter: this.#wanted });
    this.#wanted = null;
  }

  #showOverlay(): void {
    this.#post({ type: "keptRuns", overlay: this.#overlay });
    this.#overlay = null;
  }

  #post(message: ToWebview): void {
    void this.#webview.postMessage(encodeToWebview(message));
  }
}

async function askWindow<K extends QuestionToWindow["name"]>(
  answers: WindowAnswers,
  { name, params }: { readonly name: K; readonly params: QuestionParams<K> },
): Promise<unknown> {
  return answers[name](params);
}
