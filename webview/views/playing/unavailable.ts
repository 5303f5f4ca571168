// Why nothing can be shown of a model at play: it could not even be tried on one sample.
import { make, setHidden, setText } from "../../dom.ts";
import type { View } from "../view.ts";

export function createUnavailable(): View {
  const reason = make("p", "playing-reason");
  const words =
    "forward() was tried on the first sample alone, in evaluation mode. The training is not touched by that.";
  const head = make("div", "section-head", {}, make("h2", "", {}, "At play"));
  const attributes = { "aria-label": "At play" };
  const element = make("section", "panel wide playing", attributes, head, reason, make("p", "note", {}, words));
  return {
    element,
    update({ state: { playing } }) {
      const message = playing?.about === null ? playing.message : null;
      setHidden(element, message === null);
      setText(reason, message === null ? "" : `What this model does cannot be shown: ${message}`);
    },
  };
}
