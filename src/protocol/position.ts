// Where training stands: the vocabulary of pauses, shared by every side of every boundary.

/** The four phases of one iteration, in the order in which they run. */
export type Phase = "forward" | "loss" | "backward" | "update";

/** What just happened at a pause point. A pause shows the state right after the named event. */
export type EventKind =
  /** The run is about to begin its first iteration (`stopOnEntry`), or has just begun the iteration it was sent to. */
  | "entry"
  /** A statement of the model file ran without any tensor operation, or is about to run. */
  | "statement"
  /** One operation of the tape (for a recurrent layer: one timestep) was computed. */
  | "operation"
  /** A layer's whole call (all of its timesteps) was computed. */
  | "layer"
  /** One parameter was updated by the optimizer. */
  | "parameter"
  /** The last event of a phase. */
  | "phase";

/** A range of the user's own source: absolute path, lines and columns count from 1, the end is exclusive. */
export interface SourceRange {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** One point in the run. Two positions with equal epoch, iteration and event are the same point. */
export interface Position {
  /** Counts from 1. */
  readonly epoch: number;
  /** Counts from 1 over the whole run. */
  readonly iteration: number;
  /** The event's number within the iteration, counts from 0. */
  readonly event: number;
  readonly kind: EventKind;
  readonly phase: Phase;
  /** Dotted path of the layer (`encoder.0.rnn`); empty for the model itself and for what belongs to no layer. */
  readonly layer: string;
  /** Class name of that layer (`RNN`), or empty. */
  readonly layerType: string;
  /** What was computed (`linear`, `rnn step`, `cross entropy`, `adam`), or empty. */
  readonly operation: string;
  /** Counts from 0; null outside a recurrent layer. */
  readonly timestep: number | null;
  /** Name of the parameter for a `parameter` event, else empty. */
  readonly parameter: string;
  readonly source: SourceRange | null;
}
