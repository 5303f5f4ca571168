// The commands that change the learning rate and the clip norm of a debug session, without a stop.
import * as vscode from "vscode";
import { type SettingInput, settingInputs, settingProblem, settingValue } from "./settingInput.ts";

export function registerChangeSettings(): vscode.Disposable {
  const commands = { learningRate: "changeLearningRate", clipGradNorm: "changeClipNorm" } as const;
  return vscode.Disposable.from(
    ...settingInputs.map((input) => {
      return vscode.commands.registerCommand(`gradientDebugger.${commands[input.name]}`, () => change(input));
    }),
  );
}

async function change({ name, title, prompt }: SettingInput): Promise<void> {
  const session = vscode.debug.activeDebugSession;
  if (session?.type !== "gradient") {
    void vscode.window.showInformationMessage("Debug a training first: this changes it while it runs.");
    return;
  }
  try {
    const request = "gradientDebugger/set";
    const now: Readonly<Record<string, number | null>> = await session.customRequest(request, {});
    const validateInput = (text: string) => settingProblem(name, text);
    const answer = await vscode.window.showInputBox({
      title,
      prompt,
      value: String(now[name] ?? "none"),
      validateInput,
    });
    const value = answer === undefined ? undefined : settingValue(name, answer);
    if (value !== undefined) await session.customRequest(request, { [name]: value });
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
  }
}
