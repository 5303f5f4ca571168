// The extension's entry: makes the parts, wires them, registers the commands. Whatever is more than a line is elsewhere.
import "./clock.ts"; // first, so that loading the others counts

import { join } from "node:path";
import * as vscode from "vscode";
import type { InspectorState } from "../protocol/inspector/inspector.ts";
import { loadedAt } from "./clock.ts";
import { newModel } from "./create/newModel.ts";
import { Examples } from "./create/openExample.ts";
import { EditorTypes } from "./create/types.ts";
import { registerDebugging, startDebugging } from "./debugging.ts";
import { registerCodeLens } from "./editor/codeLens.ts";
import { ModelFiles } from "./editor/modelFiles.ts";
import { toggleBreakpoint } from "./editor/toggleBreakpoint.ts";
import { registerHover } from "./hover/hoverProvider.ts";
import { Inspector } from "./inspector/inspector.ts";
import { savePicture } from "./inspector/savePicture.ts";
import { type NotFinite, offerDebugging } from "./notFinite.ts";
import { registerChangeSettings } from "./pause/changeSettings.ts";
import { goToIterationFrom, registerGoToIteration } from "./pause/goToIteration.ts";
import { registerInlineValues } from "./pause/inlineValues.ts";
import { registerShowInInspector } from "./pause/showInInspector.ts";
import { Problems } from "./problems.ts";
import { RunStore } from "./runStore.ts";
import { runsAnswers } from "./runs/answers.ts";
import { type KeptRuns, registerRuns } from "./runs/register.ts";
import { WorkspaceRuns } from "./runs/workspaceRuns.ts";
import { Runtimes } from "./runtimes.ts";
import { createStatusBar } from "./statusBar.ts";
import { Trainer } from "./train.ts";
import { isTrusted } from "./trust.ts";

/** What `activate` returns, for tests and for other extensions. */
export interface ExtensionApi {
  /** What our code costs: evaluating it, and `activate`. VS Code does other things between the two. */
  readonly activationMilliseconds: number;
  /** The run as the inspector shows it. */
  state(): InspectorState;
  timings(): {
    /** Milliseconds from the command (or the start of the debug session) to the first finished iteration. */
    readonly commandToFirstIteration: number | null;
  };
}

let kept: KeptRuns | null = null;

const loadMilliseconds = performance.now() - loadedAt;

/** The bundler is started this much after a model file has been opened, when the editor has come to rest. */
const warmUpDelay = 100;

export function activate(context: vscode.ExtensionContext): ExtensionApi {
  const activatedAt = performance.now();
  const dist = context.asAbsolutePath("dist");
  const output = vscode.window.createOutputChannel("Gradient Debugger");
  const store = new RunStore();
  const runtimes = new Runtimes(dist);
  const models = new ModelFiles();
  const problems = new Problems(runtimes, output);
  const runs = new WorkspaceRuns();
  const inspector: Inspector = new Inspector({
    store,
    extension: context.extensionUri,
    answers: {
      savePicture,
      goToIteration: goToIterationFrom(store),
      toggleBreakpoint,
      ...runsAnswers(runs, () => inspector),
    },
  });
  const types = new EditorTypes(join(dist, "api.d.ts"), output);
  const examples = new Examples(context);
  const onStarted = () => openInspectorIfWanted(inspector);
  const onNotFinite = (found: NotFinite) => void offerDebugging(found, startDebugging);
  const trainer = new Trainer({ store, runtimes, problems, output, onStarted, onNotFinite });
  const owner = { dispose: () => runtimes.dispose() };
  const { version } = context.extension.packageJSON;
  kept = registerRuns(store, runs, inspector, String(version));
  context.subscriptions.push(
    output,
    ...[kept, runs, store, owner, models, problems, inspector, types],
    ...[registerHover(store), registerCodeLens(), createStatusBar(store), followRunning(store)],
    ...[
      registerInlineValues(store),
      registerGoToIteration(store),
      registerChangeSettings(),
      registerShowInInspector(store, inspector),
    ],
    registerDebugging({ store, runtimes, problems, models, onStarted }),
    prepareModels(models, runtimes, types),
    registerCommands({
      train: (file) => train(trainer, models, file),
      debug: (file) => debug(models, file),
      openInspector: () => inspector.open(),
      openInspectorInNewWindow: () => inspector.openInNewWindow(),
      stop: () => stop(store),
      openExample: () => examples.open(),
      newModel: () => newModel(types),
    }),
  );
  models.update();
  void examples.showPending();
  return {
    activationMilliseconds: loadMilliseconds + performance.now() - activatedAt,
    state: () => store.state,
    timings: () => ({ commandToFirstIteration: store.commandToFirstIteration }),
  };
}

/** VS Code waits for it when the window closes: the run that is going on is kept to its last iteration. */
export async function deactivate(): Promise<void> {
  await kept?.close();
}

type CommandName =
  | "train"
  | "debug"
  | "openInspector"
  | "openInspectorInNewWindow"
  | "stop"
  | "openExample"
  | "newModel";

/** Menus and CodeLenses give the file they stand on; the palette gives none. */
type Command = (file: vscode.Uri | undefined) => unknown;

function registerCommands(commands: Record<CommandName, Command>): vscode.Disposable {
  const registered = Object.entries(commands).map(([name, command]) =>
    vscode.commands.registerCommand(`gradientDebugger.${name}`, (file: unknown) =>
      command(file instanceof vscode.Uri ? file : undefined),
    ),
  );
  return vscode.Disposable.from(...registered);
}

async function train(trainer: Trainer, models: ModelFiles, given: vscode.Uri | undefined): Promise<void> {
  const askedAt = performance.now();
  if (!isTrusted("Training")) return;
  const file = given ?? (await models.choose("train"));
  if (file !== null) await trainer.train(file.fsPath, askedAt);
}

async function debug(models: ModelFiles, given: vscode.Uri | undefined): Promise<void> {
  if (!isTrusted("Debugging a training")) return;
  const file = given ?? (await models.choose("debug"));
  if (file !== null) await startDebugging(file);
}

async function stop(store: RunStore): Promise<void> {
  if (store.active === null) void vscode.window.showInformationMessage("Nothing is being trained.");
  else await store.active.stop();
}

function openInspectorIfWanted(inspector: Inspector): void {
  if (vscode.workspace.getConfiguration("gradientDebugger").get("openInspectorOnTrain", true)) inspector.openIfHidden();
}

/** Sets the context key that shows the stop button. */
function followRunning(store: RunStore): vscode.Disposable {
  let shown = false;
  return store.onChange(() => {
    const running = store.active !== null;
    if (running === shown) return;
    shown = running;
    void vscode.commands.executeCommand("setContext", "gradientDebugger.isRunning", running);
  });
}

/** Whenever a model file gets to the front: its types are written, and the bundler warms up. */
function prepareModels(models: ModelFiles, runtimes: Runtimes, types: EditorTypes): vscode.Disposable {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const prepare = (file: vscode.Uri) => {
    if (!vscode.workspace.isTrusted) return;
    void types.ensure(file);
    timer ??= setTimeout(() => void runtimes.warmUp(), warmUpDelay);
  };
  return vscode.Disposable.from(
    models.onDidOpen((document) => prepare(document.uri)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      if (models.active !== null) prepare(models.active);
    }),
    { dispose: () => clearTimeout(timer) },
  );
}
