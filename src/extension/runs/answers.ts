// Answers the page's questions about kept runs.
import type { RunsQuestions } from "../../protocol/inspector/runs.ts";
import { compareRuns } from "../../runs/compare/compare.ts";
import { curvesOf } from "../../runs/run.ts";
import { stateOf } from "../../runs/state.ts";
import type { Inspector } from "../inspector/inspector.ts";
import type { WorkspaceRuns } from "./workspaceRuns.ts";

type Answers = {
  readonly [K in keyof RunsQuestions]: (params: RunsQuestions[K]["params"]) => Promise<RunsQuestions[K]["result"]>;
};

/** More than this a page does not draw over each other, and does not ask for. */
const curvesLimit = 16;

/** `inspector` is asked for when it is needed: it is made with these answers. */
export function runsAnswers(runs: WorkspaceRuns, inspector: () => Inspector): Answers {
  return {
    runs: () => runs.list(),
    async runCurves({ ids }) {
      const opened = await Promise.all(
        textsOf(ids)
          .slice(0, curvesLimit)
          .map((id) => runs.open(id).catch(() => null)),
      );
      return opened.flatMap((each) => (each === null ? [] : [curvesOf(each.run, each.summary.name)]));
    },
    async compareRuns({ a, b, iteration = null }) {
      const [left, right] = await Promise.all([runs.open(textOf(a)), runs.open(textOf(b))]);
      return compareRuns(left, right, typeof iteration === "number" ? iteration : null);
    },
    async showRun({ id }) {
      inspector().showKept(id === null ? null : stateOf(await runs.open(textOf(id))));
      return {};
    },
  };
}

function textOf(value: unknown): string {
  if (typeof value !== "string") throw new Error("a run is asked for by its id");
  return value;
}

function textsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new Error("runs are asked for by a list of their ids");
  return value.map(textOf);
}
