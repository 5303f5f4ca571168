// Changes the learning rate and the clip norm of a training that is running or paused. Knows no port and no debugger.
import type { Settings } from "../protocol/settings.ts";
import type { TrainingRun } from "../training/run.ts";
import type { RequestHandlers } from "./mailbox.ts";

export interface SettingsHost {
  /** @throws Error before there is a run */
  running(): TrainingRun;
  /** It has been done; `redo` does it again when the run is replayed. */
  settingChanged(what: string, redo: () => void): void;
}

export function settingHandlers(host: SettingsHost): Pick<RequestHandlers, "set"> {
  return {
    set: (settings) => {
      const run = host.running();
      check(settings);
      change(run, settings);
      const what = Object.entries(settings).map(([name, value]) => `${name} = ${value ?? "none"}`);
      if (what.length > 0) host.settingChanged(what.join(", "), () => change(run, settings));
      return settingsOf(run);
    },
  };
}

export function settingsOf({ optimizer, clipping }: TrainingRun): Settings {
  return { learningRate: optimizer.learningRate, clipGradNorm: clipping.clipGradNorm ?? null };
}

/** All of it is checked before any of it is done. @throws Error naming the setting, what it must be and what it is */
function check(settings: Partial<Settings>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (name !== "learningRate" && name !== "clipGradNorm") {
      throw new Error(`"${name}" cannot be changed while training runs; learningRate and clipGradNorm can`);
    }
    const isClip = name === "clipGradNorm";
    if (isClip && value === null) continue;
    if (typeof value === "number" && Number.isFinite(value) && value >= 0 && !(isClip && value === 0)) continue;
    const wanted = isClip ? "a number above 0, or null for no clipping" : "a number of at least 0";
    throw new Error(`"${name}" must be ${wanted}, but is ${JSON.stringify(value)}`);
  }
}

function change({ optimizer, clipping }: TrainingRun, { learningRate, clipGradNorm }: Partial<Settings>): void {
  if (learningRate !== undefined) {
    for (const group of optimizer.groups) optimizer.change(group, "learningRate", learningRate);
  }
  if (clipGradNorm !== undefined) clipping.clipGradNorm = clipGradNorm ?? undefined;
}
