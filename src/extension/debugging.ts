// The debug type "gradient": configurations, the adapter of each session, and its events into the store.
import { resolve } from "node:path";
import * as vscode from "vscode";
import type { RuntimeEvent } from "../protocol/events.ts";
import type { QuestionToRun } from "../protocol/inspector/questions.ts";
import type { ErrorReport } from "../protocol/model.ts";
import { decode, decodeEvent, forwardedEvent, type Json } from "../protocol/wire.ts";
import type { ModelFiles } from "./editor/modelFiles.ts";
import { modelName } from "./editor/modelText.ts";
import { registerEvaluatableExpressions } from "./hover/hoverProvider.ts";
import type { Problems } from "./problems.ts";
import type { Run, RunFeed, RunStore } from "./runStore.ts";
import type { Runtimes } from "./runtimes.ts";
import { saveDirty, stopActive } from "./train.ts";
import { isTrusted } from "./trust.ts";

const debugType = "gradient";
/** VS Code's name for the file in front. */
const fileVariable = "$" + "{file}";
/** A session that has not ended after this many milliseconds is not waited for any longer. */
const patience = 2000;

export interface DebuggingParts {
  readonly store: RunStore;
  readonly runtimes: Runtimes;
  readonly problems: Problems;
  readonly models: ModelFiles;
  /** Called when a session has been started. */
  onStarted(): void;
}

export function registerDebugging(parts: DebuggingParts): vscode.Disposable {
  const sessions = new Sessions(parts);
  const configurations = new Configurations(parts);
  const dynamic = { provideDebugConfigurations: () => configurations.ofWorkspace() };
  const { Dynamic } = vscode.DebugConfigurationProviderTriggerKind;
  return vscode.Disposable.from(
    sessions,
    vscode.debug.registerDebugConfigurationProvider(debugType, configurations),
    vscode.debug.registerDebugConfigurationProvider(debugType, dynamic, Dynamic),
    vscode.debug.registerDebugAdapterDescriptorFactory(debugType, sessions),
    vscode.debug.registerDebugAdapterTrackerFactory(debugType, sessions),
  );
}

/** Starts a debug session for a model file; `more` goes into its launch configuration. */
export async function startDebugging(file: vscode.Uri, more: Readonly<Record<string, number>> = {}): Promise<void> {
  const configuration = { ...configurationOf(file.fsPath), ...more };
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(file), configuration);
}

function configurationOf(program: string, name = "Debug Training"): vscode.DebugConfiguration {
  return { type: debugType, request: "launch", name, program };
}

class Configurations implements vscode.DebugConfigurationProvider {
  readonly #parts: DebuggingParts;

  constructor(parts: DebuggingParts) {
    this.#parts = parts;
  }

  /** The first entry of a new launch.json. */
  provideDebugConfigurations(): vscode.DebugConfiguration[] {
    return [configurationOf(fileVariable)];
  }

  /** One entry for each model file, for the drop-down of the Run view. */
  async ofWorkspace(): Promise<vscode.DebugConfiguration[]> {
    const files = await this.#parts.models.all();
    return files.map(({ fsPath }) => configurationOf(fsPath, `Debug ${modelName(fsPath)}`));
  }

  /**
   * Without a launch.json the configuration is empty: then, as with the variable, the model file in front is meant; when
   * another file is in front the user is asked, because that one cannot be trained.
   */
  async resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    const { program } = configuration;
    if (typeof program === "string" && program !== "" && program !== fileVariable) return configuration;
    const file = await this.#parts.models.choose("debug");
    if (file === null) return undefined;
    return { ...configurationOf(file.fsPath), ...withoutEmpty(configuration), program: file.fsPath };
  }

  /** Last look before the session: refuses what is not trusted or does not bundle, with the reason where it belongs. */
  async resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    const { problems, runtimes } = this.#parts;
    const { program, cwd = "." } = configuration;
    const file = resolve(folder?.uri.fsPath ?? ".", String(cwd), String(program));
    if (!isTrusted("Debugging a training") || !(await saveDirty(file))) return undefined;
    problems.clear();
    const bundle = await (await runtimes.get()).bundle(file);
    const settings = vscode.workspace.getConfiguration("gradientDebugger");
    const [precision, historyMegabytes] = [settings.get<number>("precision"), settings.get<number>("historyMegabytes")];
    if (bundle.ok)
      return { precision, historyMegabytes, ...configuration, program: file, __forwardEvents: true, __playing: true };
    void problems.report(file, bundle.errors);
    return undefined;
  }
}

/** What is known of one session while it lives. */
interface Tracked {
  readonly run: Run;
  feed: RunFeed;
  started: boolean;
  /** Errors of the new model while a restart is under way; the run before still goes on then. */
  restartErrors: ErrorReport[] | null;
}

/** As much of a DAP message as is looked at. */
interface AdapterMessage {
  /** Of a request and of its response. */
  readonly command?: string;
  readonly event?: string;
  readonly body?: Json;
}

/** Makes the adapter of each session and listens to what it says. */
class Sessions implements vscode.DebugAdapterDescriptorFactory, vscode.DebugAdapterTrackerFactory, vscode.Disposable {
  readonly #parts: DebuggingParts;
  readonly #tracked = new Map<string, Tracked>();
  readonly #terminated: vscode.Disposable;
  #expressions: vscode.Disposable | null = null;

  constructor(parts: DebuggingParts) {
    this.#parts = parts;
    this.#terminated = vscode.debug.onDidTerminateDebugSession((session) => this.#end(session));
  }

  async createDebugAdapterDescriptor(session: vscode.DebugSession): Promise<vscode.DebugAdapterDescriptor> {
    const { store, runtimes } = this.#parts;
    const askedAt = performance.now();
    const file = String(session.configuration.program);
    const [{ GradientDebugSession }, runtimesOfWindow] = await Promise.all([
      import("../adapter/session.ts"),
      runtimes.get(),
      stopActive(store, file),
    ]);
    const adapter = new GradientDebugSession(runtimesOfWindow);
    const run = {
      file,
      debug: !session.configuration.noDebug,
      ask: async ({ name, params }: QuestionToRun) => decode(await adapter.ask({ question: name, params })),
      stop: () => stopSession(session),
    };
    this.#tracked.set(session.id, { run, feed: store.begin(run, askedAt), started: false, restartErrors: null });
    this.#expressions ??= registerEvaluatableExpressions(store);
    this.#parts.onStarted();
    return new vscode.DebugAdapterInlineImplementation(adapter);
  }

  /** A tracker hears the adapter itself, earlier than the window does and in order with the requests. */
  createDebugAdapterTracker(session: vscode.DebugSession): vscode.DebugAdapterTracker {
    return {
      onWillReceiveMessage: (message: AdapterMessage) => {
        const tracked = this.#tracked.get(session.id);
        if (tracked !== undefined && isRestart(message)) tracked.restartErrors = [];
      },
      onDidSendMessage: (message: AdapterMessage) => {
        const tracked = this.#tracked.get(session.id);
        if (tracked === undefined) return;
        if (isRestart(message)) this.#restarted(tracked);
        if (message.event === forwardedEvent && message.body !== undefined) {
          this.#accept(tracked, decodeEvent(message.body));
        }
      },
    };
  }

  dispose(): void {
    this.#expressions?.dispose();
    this.#terminated.dispose();
  }

  #accept(tracked: Tracked, event: RuntimeEvent): void {
    if (event.type === "failed" && tracked.restartErrors !== null) {
      tracked.restartErrors.push(event.error);
      return;
    }
    if (event.type === "started") this.#started(tracked);
    tracked.feed.accept(event);
    if (event.type === "failed") void this.#parts.problems.report(tracked.run.file, [event.error]);
  }

  /** A second start in one session is a restart: a run of its own. */
  #started(tracked: Tracked): void {
    if (tracked.started) {
      this.#parts.problems.clear();
      tracked.feed = this.#parts.store.begin(tracked.run, performance.now());
    }
    tracked.started = true;
  }

  #restarted(tracked: Tracked): void {
    const errors = tracked.restartErrors ?? [];
    tracked.restartErrors = null;
    if (errors.length > 0) void this.#parts.problems.report(tracked.run.file, errors);
  }

  #end(session: vscode.DebugSession): void {
    this.#tracked.get(session.id)?.feed.close();
    this.#tracked.delete(session.id);
    if (this.#tracked.size > 0) return;
    this.#expressions?.dispose();
    this.#expressions = null;
  }
}

function isRestart({ command }: AdapterMessage): boolean {
  return command === "restart";
}

/** Ends a session and waits until it is gone. */
async function stopSession(session: vscode.DebugSession): Promise<void> {
  let subscription: vscode.Disposable | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const gone = new Promise<void>((resolve) => {
    subscription = vscode.debug.onDidTerminateDebugSession((ended) => {
      if (ended.id === session.id) resolve();
    });
    timer = setTimeout(resolve, patience);
  });
  await vscode.debug.stopDebugging(session);
  await gone;
  clearTimeout(timer);
  subscription?.dispose();
}

function withoutEmpty(configuration: vscode.DebugConfiguration): Partial<vscode.DebugConfiguration> {
  return Object.fromEntries(Object.entries(configuration).filter(([, value]) => value !== undefined && value !== ""));
}
