// The extension's part of the inspector without VS Code: a training in a worker, the store, and one page in Chromium or none.
import { fileURLToPath } from "node:url";
import type { Runtime } from "../../../src/adapter/runtime/runtime.ts";
import { WorkerRuntimes } from "../../../src/adapter/runtime/workerRuntime.ts";
import { RunStore } from "../../../src/extension/runStore.ts";
import type { ToWebview } from "../../../src/protocol/inspector/inspector.ts";
import { decodeFromWebview, encodeToWebview } from "../../../src/protocol/inspector/inspectorWire.ts";
import { isToRun } from "../../../src/protocol/inspector/questions.ts";
import type { Inspector } from "../../webview/browser.ts";

const model = fileURLToPath(new URL("../models/deep-200.model.ts", import.meta.url));

/** A training that goes on, and who looks at it. */
export class Host {
  readonly store = new RunStore();
  /** Characters of all messages to the page so far. */
  sent = 0;
  readonly #runtimes = new WorkerRuntimes({ dist: fileURLToPath(new URL("../../../dist", import.meta.url)) });
  #runtime: Runtime | null = null;
  #page: Inspector | null = null;

  /** Starts the training at full speed, as "Train Model" does. */
  async start(): Promise<void> {
    const bundle = await this.#runtimes.bundle(model);
    if (!bundle.ok) throw new Error(bundle.errors.map(({ message }) => message).join("\n"));
    const options = { stopOnEntry: false, debug: false, seed: 1, epochs: null, threads: 1, breakpoints: [] };
    const runtime = this.#runtimes.start(bundle.model, options);
    const feed = this.store.begin(
      { file: model, debug: false, ask: ({ name, params }) => runtime.request(name, params), stop: async () => {} },
      performance.now(),
    );
    this.#runtime = runtime;
    runtime.onEvent((event) => {
      if (event.type === "failed") throw new Error(event.error.message);
      feed.accept(event);
    });
    this.store.onChange((change) => {
      if (change.type === "events") this.#post({ type: "events", events: change.events });
    });
  }

  /** From now on this page gets what an open inspector gets, and its questions are answered; null: nobody looks. */
  async show(page: Inspector | null): Promise<void> {
    this.#page = null;
    if (page === null) return;
    this.store.flush();
    this.#page = page;
    this.#post({ type: "hydrate", state: this.store.state });
  }

  /** Hands on what the page says. Call once for each page. */
  async listen({ page }: Inspector): Promise<void> {
    await page.exposeFunction("toHost", (data: unknown) => void this.#answer(data));
    await page.evaluate("window.standIn.sent.push = (message) => { window.toHost(message); return 0; }");
  }

  async dispose(): Promise<void> {
    this.#page = null;
    this.store.dispose();
    await this.#runtimes.dispose();
  }

  async #answer(data: unknown): Promise<void> {
    const message = decodeFromWebview(data);
    if (message?.type !== "ask") return;
    const { id, question } = message;
    try {
      if (this.#runtime === null || !isToRun(question)) throw new Error("there is no window here");
      this.#post({ type: "answer", id, ok: true, value: await this.#runtime.request(question.name, question.params) });
    } catch (error) {
      this.#post({ type: "answer", id, ok: false, message: String(error) });
    }
  }

  #post(message: ToWebview): void {
    if (this.#page === null) return;
    const text = encodeToWebview(message);
    this.sent += text.length;
    // A page that has gone takes its mail with it.
    this.#page.page.evaluate((mail) => window.postMessage(mail, "*"), text).catch(() => {});
  }
}
