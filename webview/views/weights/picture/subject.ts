// Which tensor is looked at, and what of it: what the reader chose, as far as the run has it. Knows no page.
import type { InspectorState } from "../../../../src/protocol/inspector/inspector.ts";
import {
  type PartState,
  type TensorAnswer,
  type TensorPart,
  tensorParts,
} from "../../../../src/protocol/inspector/tensorPicture.ts";
import type { WeightChoices } from "../choices.ts";

/** At a pause at a parameter's update that parameter, until the reader chooses another. */
export function chosenTensor({ status }: InspectorState, chosen: string | null): string | null {
  if (chosen !== null) return chosen;
  return status.kind === "paused" && status.position.parameter !== "" ? status.position.parameter : null;
}

export function partsOf(answer: TensorAnswer | null): readonly PartState[] {
  if (answer?.kind === "picture") return answer.picture.parts;
  return answer?.kind === "missing" ? answer.parts : [];
}

/**
 * What was chosen for another tensor may not exist for this one, and before its update a parameter's weights are those
 * before it.
 */
export function partOf({ part }: WeightChoices, known: readonly PartState[], isParameter: boolean): TensorPart {
  const offered: readonly TensorPart[] = isParameter ? tensorParts : ["after", "gradient", "difference"];
  const chosen = offered.includes(part) ? part : "after";
  const missing = (own: TensorPart) => known.find((state) => state.part === own)?.missing !== "";
  return chosen === "after" && known.length > 0 && missing("after") && !missing("before") ? "before" : chosen;
}
