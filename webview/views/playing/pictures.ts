// Which of the kept pictures of a run is shown, and a slider over them. Knows nothing of what is on them.
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";
import type { PlayingPicture } from "../../../src/protocol/inspector/playing.ts";
import { make, setAttribute, setHidden, setText } from "../../dom.ts";
import { formatCount } from "../../format.ts";
import type { Actions } from "../view.ts";
import type { PlayingChoices } from "./choices.ts";

type Kind = PlayingPicture["kind"];
type Of<K extends Kind> = Extract<PlayingPicture, { readonly kind: K }>;

export interface Seen<K extends Kind> {
  readonly all: readonly Of<K>[];
  readonly shown: Of<K> | null;
  readonly isNewest: boolean;
}

/** A run that has gone back and stands there has no pictures of what then lies ahead of it. */
export function seenOf<K extends Kind>(
  kind: K,
  { playing, status }: InspectorState,
  { iteration }: PlayingChoices,
): Seen<K> {
  // the iteration that a run stands in has not changed the weights yet
  const end = status.kind === "paused" ? Math.max(1, status.position.iteration) : Number.POSITIVE_INFINITY;
  const all = (playing?.pictures ?? []).filter(
    (picture): picture is Of<K> => picture.kind === kind && picture.iteration < end,
  );
  const newest = all.at(-1) ?? null;
  const chosen = iteration === null ? newest : (all.findLast((picture) => picture.iteration <= iteration) ?? all[0]);
  return { all, shown: chosen ?? null, isNewest: chosen === newest };
}

/** `iteration 1,200`, `before the first iteration` */
export function whenOf({ iteration }: Pick<PlayingPicture, "iteration">): string {
  return iteration === 0 ? "before the first iteration" : `iteration ${formatCount(iteration)}`;
}

export interface Slider {
  readonly element: HTMLElement;
  update<K extends Kind>(seen: Seen<K>): void;
}

export function createSlider(actions: Actions): Slider {
  const input = make("input", "", { type: "range", min: "0", step: "1", "aria-label": "Iteration" });
  const said = make("span", "playing-when");
  const element = make("div", "playing-slider", {}, input, said);
  let iterations: readonly number[] = [];
  input.addEventListener("input", () => {
    const i = Number(input.value);
    // At the end the page follows the run again.
    const iteration = i >= iterations.length - 1 ? null : iterations[i];
    actions.choose(({ playing }) => ({ playing: { ...playing, iteration } }));
  });
  return {
    element,
    update({ all, shown, isNewest }) {
      setHidden(element, shown === null);
      if (shown === null) return;
      iterations = all.map(({ iteration }) => iteration);
      setHidden(input, all.length < 2);
      setAttribute(input, "max", String(all.length - 1));
      const value = String(iterations.indexOf(shown.iteration));
      if (input.value !== value) input.value = value;
      const text = `${whenOf(shown)}, ${isNewest ? "the newest" : `epoch ${formatCount(shown.epoch)}`}`;
      setAttribute(input, "aria-valuetext", text);
      setText(said, text);
    },
  };
}
