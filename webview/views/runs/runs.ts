// The kept runs of the workspace: chosen here they are drawn over the curves, and the first two are compared.
import { link, make, setHidden, setText } from "../../dom.ts";
import { formatCount } from "../../format.ts";
import { createBusy } from "../busy.ts";
import type { Actions, Shown, View } from "../view.ts";
import { RunsAnswers } from "./answers.ts";
import { createComparison } from "./comparison.ts";
import { createRunsList, hideList } from "./list.ts";

/** So many of the newest are listed until the reader wants all; those that are chosen are listed in any case. */
const listed = 6;

export function createRuns(actions: Actions): View {
  let shown: Shown | null = null;
  const label = make("span", "section-note");
  const clear = link("runs-clear", () => actions.choose({ overlay: [] }));
  clear.textContent = "Choose none";
  const message = make("p", "note runs-message", { role: "status" });
  const empty = make("p", "empty", {}, "No run has been kept in this workspace yet.");
  const busy = createBusy({ cancel: false });
  const answers = new RunsAnswers(actions.ask, () => {
    if (shown !== null) update(shown);
  });
  const list = createRunsList({
    choose: (id, chosen) => {
      actions.choose(({ overlay }) => {
        const others = overlay.filter((other) => other !== id);
        return { overlay: chosen ? [...others, id] : others };
      });
    },
    show: (id) => {
      setText(message, "");
      actions.ask("showRun", { id }).catch((error: Error) => setText(message, error.message));
    },
  });
  const more = link("runs-more", () => {
    actions.choose(({ runs }) => ({ runs: { ...runs, all: !runs.all } }));
  });
  const hint = make("p", "note", {}, "Choose two runs to compare them.");
  const comparison = createComparison((iteration) => {
    actions.choose(({ runs }) => ({ runs: { ...runs, iteration } }));
  });
  const head = make("div", "section-head", {}, make("h2", "", {}, "Runs"), label, clear);
  const element = make("section", "panel wide runs", { "aria-label": "Runs" }, head);
  element.append(empty, list.element, more, message, hint, busy.element, comparison.element);

  function update(next: Shown): void {
    shown = next;
    const { ui, palette, state } = next;
    answers.followList(next.keptRuns);
    const runs = answers.runs ?? [];
    const chosen = ui.overlay.filter((id) => runs.some((run) => run.id === id));
    const listedRuns = runs.filter(({ id }, i) => ui.runs.all || i < listed || chosen.includes(id));
    setText(label, labelOf(runs.length, chosen.length));
    setHidden(clear, chosen.length === 0);
    setHidden(empty, answers.runs === null || runs.length > 0);
    hideList(list, runs.length === 0);
    list.update({ runs: listedRuns, chosen, shown: state.kept?.id ?? null, palette, now: Date.now() });
    setHidden(more, runs.length <= listed);
    setText(more, ui.runs.all ? `Only the newest ${listed}` : `All ${formatCount(runs.length)} runs`);
    setHidden(hint, chosen.length >= 2 || runs.length < 2);
    compare(chosen, next);
  }

  function compare([a, b]: readonly string[], { ui, palette }: Shown): void {
    const pair = a === undefined || b === undefined ? null : { a, b, iteration: ui.runs.iteration };
    const before = answers.waiting;
    const asked = answers.followPair(pair);
    if (answers.waiting && !before) busy.follow("Comparing the runs …", asked).catch(() => {});
    const complaint = answers.comparisonComplaint || answers.listComplaint;
    if (complaint !== "") setText(message, complaint);
    setHidden(comparison.element, answers.comparison === null || pair === null);
    if (answers.comparison !== null && pair !== null) comparison.update(answers.comparison, palette);
  }

  return { element, update };
}

function labelOf(all: number, chosen: number): string {
  if (all === 0) return "";
  const kept = all === 1 ? "1 kept run" : `${formatCount(all)} kept runs`;
  return chosen === 0 ? kept : `${kept} · ${formatCount(chosen)} over the curves`;
}
