// What a sequence model reads, timestep by timestep: the words below an axis of time.

/** Of one sample; the timesteps in their order. */
export type SequenceInput =
  /** Characters of a text, as they are: a line end is a line end. */
  | { readonly kind: "characters"; readonly steps: readonly string[] }
  /** Token numbers of which nobody knows what they stand for. */
  | { readonly kind: "tokens"; readonly steps: readonly number[] }
  /** Numbers; of `features` in each timestep the first `shownFeatures`. */
  | { readonly kind: "values"; readonly features: number; readonly steps: readonly (readonly number[])[] }
  /** The model's input is no sequence. */
  | { readonly kind: "none" };

export const shownFeatures = 4;

export interface SequenceReport {
  readonly iteration: number;
  readonly sample: number;
  /** Number of samples in the batch. */
  readonly batch: number;
  readonly input: SequenceInput;
}

export interface TimeRequests {
  /** At a pause: what sample number `sample` of the batch (0 when left out) gives to the model at every timestep. */
  sequence: { params: { readonly sample?: number }; result: SequenceReport };
}
