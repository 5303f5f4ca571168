// Says that the page shows a kept run and not the one that is going on, and leads back.
import { link, make, setHidden, setText } from "../../dom.ts";
import type { Actions, View } from "../view.ts";
import { formatTime } from "./words.ts";

export function createKeptBanner(actions: Actions): View {
  const name = make("b");
  const rest = make("span");
  const said = make("span", "kept-said", { role: "status" });
  const back = link("", () => {
    actions.ask("showRun", { id: null }).catch((error: Error) => setText(said, error.message));
  });
  back.textContent = "Back to the run of this window";
  const text = make("span", "", {}, "Kept run ", name, rest);
  const element = make("p", "kept-banner", { role: "note" }, text, back, said);
  return {
    element,
    update({ state: { kept } }) {
      setHidden(element, kept === undefined);
      if (kept === undefined) return;
      setText(name, kept.name);
      setText(rest, ` of ${formatTime(kept.started)}: to be looked at, not gone through.`);
      setText(said, "");
    },
  };
}
