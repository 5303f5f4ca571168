// Takes the paused debug session to an iteration, back or forward: asked by a command, or by the cursor of the inspector.
import * as vscode from "vscode";
import type { WindowAnswers } from "../../protocol/inspector/questions.ts";
import type { RunStore } from "../runStore.ts";
import { iterationProblem } from "./iterationInput.ts";

const pauseFirst = "Pause a debug session first: an iteration is gone to from a pause.";

export function registerGoToIteration(store: RunStore): vscode.Disposable {
  return vscode.commands.registerCommand("gradientDebugger.goToIteration", () => askAndGo(store));
}

/** Answers the page; what it says when it cannot is shown there. */
export function goToIterationFrom(store: RunStore): WindowAnswers["goToIteration"] {
  return async ({ iteration }) => {
    const paused = pausedRun(store);
    if (paused === null) throw new Error(pauseFirst);
    const problem = iterationProblem(String(iteration), paused.last);
    if (problem !== null) throw new Error(`Iteration ${iteration} is not one of this run: it has 1 to ${paused.last}.`);
    await paused.goTo(iteration);
    return {};
  };
}

async function askAndGo(store: RunStore): Promise<void> {
  const paused = pausedRun(store);
  if (paused === null) {
    void vscode.window.showInformationMessage(pauseFirst);
    return;
  }
  const { iteration, last } = paused;
  const answer = await vscode.window.showInputBox({
    title: "Go to Iteration",
    prompt: `Iteration 1 to ${last}; training stands in iteration ${iteration}`,
    value: String(iteration),
    validateInput: (text) => iterationProblem(text, last),
  });
  if (answer === undefined) return;
  try {
    await paused.goTo(Number(answer));
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
  }
}

interface PausedRun {
  /** Where it stands, and the last one it has. */
  readonly iteration: number;
  readonly last: number;
  /** By the adapter, so that the call stack and every other view of the session follow. */
  goTo(iteration: number): Promise<void>;
}

function pausedRun({ state: { status, model } }: RunStore): PausedRun | null {
  const session = vscode.debug.activeDebugSession;
  if (session?.type !== "gradient" || status.kind !== "paused" || model === null) return null;
  return {
    iteration: status.position.iteration,
    last: model.epochs * model.iterationsPerEpoch,
    async goTo(iteration) {
      // an iteration's number is the number of its target
      await session.customRequest("goto", { threadId: 1, targetId: iteration });
    },
  };
}
