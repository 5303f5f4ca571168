// How far back a recurrent layer remembers: norms of the gradient and of the state's Jacobian, timestep by timestep.

/** One timestep; T is the last one that has been computed, in a reversed layer the first of the sequence. */
export interface ChainTimestep {
  /** Counts from 0 along the sequence. */
  readonly t: number;
  /** ‖∂L/∂h_t‖ of this sample, or null while backward has not come to it. */
  readonly gradNorm: number | null;
  /** ‖∂h_T/∂h_t‖, the largest singular value, with c_t held fixed in an LSTM. 1 for t = T. */
  readonly jacobianNorm: number;
  /** LSTM: ‖∂h_T/∂c_t‖ with h_t held fixed, 0 for t = T. Null for cells of one state. */
  readonly cellNorm: number | null;
  /**
   * Without any recurrent weight: LSTM ‖∂c_T/∂c_t‖ through the forget gates alone, max_j Π f_j; GRU ‖∂h_T/∂h_t‖ through
   * the update gates alone, max_j Π z_j. Null for RNN, which has no such path.
   */
  readonly keptNorm: number | null;
  /** For every gate ‖∂h_T/∂h_t‖ when the recurrent weights of that gate alone carry it, beside the path of `keptNorm`. */
  readonly gateNorms: readonly number[];
}

/** One level of a layer in one direction. */
export interface ChainPart {
  /** `l0`, `l1_reverse`: as in the name of its recurrent weight. */
  readonly name: string;
  /** `i f g o`, `r z n`, or none. */
  readonly gates: readonly string[];
  /** How many steps before T ‖∂h_T/∂h_t‖ is still at least 1 % (in an LSTM that or ‖∂h_T/∂c_t‖). */
  readonly reach: number;
  /** In the order of t. */
  readonly timesteps: readonly ChainTimestep[];
}

export interface ChainReport {
  readonly layer: string;
  readonly sample: number;
  /** Number of samples in the batch. */
  readonly batch: number;
  readonly parts: readonly ChainPart[];
}

export interface ChainRequests {
  /** At a pause, once the layer has run; `layer` is its path, `sample` its number in the batch, 0 when left out. */
  chain: { params: { readonly layer: string; readonly sample?: number }; result: ChainReport };
}
