// The choice of what to show of a run's model at play: from what goes in, what comes out, and the loss.
import type { TrainingRun } from "../../training/run.ts";
import { confusion } from "./confusion.ts";
import { look, type Subject } from "./probe.ts";
import { surface } from "./surface.ts";
import { text } from "./text.ts";

/** Null when there is nothing to show. @throws what the model's own code throws */
export function subjectOf(run: TrainingRun): Subject | null {
  const probe = look(run);
  if (probe === null) return null;
  return surface(run, probe) ?? text(run, probe) ?? confusion(run, probe);
}
