// Answers the requests that go back and forth in the history of a run.

import type { StopReason } from "../../protocol/events.ts";
import type { TrainingRun } from "../../training/run.ts";
import type { PauseEvent } from "../events.ts";
import type { RequestHandlers } from "../mailbox.ts";
import type { Target } from "./journey.ts";
import { eventGoal, goal } from "./targets.ts";

export interface HistoryAccess {
  /** Frames of the present pause, outermost last. @throws Error while the run is going on */
  frames(): readonly { readonly id: number }[];
  run(): TrainingRun;
  /** Leaves the pause for another place. @throws Error when it cannot be gone to */
  leaveFor(target: (run: TrainingRun, event: PauseEvent) => Target, reason: StopReason): void;
}

export function historyHandlers(access: HistoryAccess): Pick<RequestHandlers, "goTo" | "goToEvent" | "restartFrame"> {
  return {
    goTo: ({ iteration, place }) => {
      access.leaveFor((run, event) => goal(iteration, place, event, run), "goto");
      return {};
    },
    goToEvent: (place) => {
      access.leaveFor((run) => eventGoal(place, run), "goto");
      return {};
    },
    restartFrame: ({ frame }) => {
      const frames = access.frames();
      if (!frames.some(({ id }) => id === frame)) throw new Error(`there is no frame ${frame}`);
      const { iteration, epoch, iterationsPerEpoch } = access.run();
      const isEpoch = frames.length > 1 && frames.at(-1)?.id === frame;
      const first = isEpoch ? (epoch - 1) * iterationsPerEpoch + 1 : iteration;
      access.leaveFor((run, event) => goal(first, "beginning", event, run), "restart");
      return {};
    },
  };
}
