// Requests that go back and forth in the history of a run. Knows nothing of how that is done.

type Empty = Readonly<Record<string, never>>;

/**
 * Where in an iteration to go: `beginning` is before its first event (of iteration 0: before the first iteration), `here` is
 * the same layer, phase and timestep that the run is paused at.
 */
export type IterationPlace = "beginning" | "here";

/** An operation of a recurrent layer at one timestep, in the iteration that the run is paused in. */
export interface EventPlace {
  /** Path of the layer: `rnn`. */
  readonly layer: string;
  /** Counts from 0 along the sequence. */
  readonly timestep: number;
  readonly phase: "forward" | "backward";
  /** Level and direction as in the name of the recurrent weight: `l1_reverse`. Left out: the first that comes. */
  readonly part?: string;
  /** One of `i f g o`, `r z n`: the event of this gate. Left out: the event that gives h_t. */
  readonly gate?: string;
  /** Which call of the layer, counted from 0 in the order of forward, when it is called several times. Default 0. */
  readonly call?: number;
}

/** At a pause only. The run then pauses again where it was to go; on the way it stops nowhere. */
export interface HistoryRequests {
  /** Fails when there is no such iteration, or when history does not reach back to it. */
  goTo: { params: { readonly iteration: number; readonly place: IterationPlace }; result: Empty };
  /** Fails when the layer has no such event, or when it lies before the pause and there is no history to go back in. */
  goToEvent: { params: EventPlace; result: Empty };
  /** Runs the iteration that a frame belongs to once more from its beginning; of the epoch's frame, the epoch. */
  restartFrame: { params: { readonly frame: number }; result: Empty };
}
