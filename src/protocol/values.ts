// Values at a pause as a debugger shows, changes and reads them, and the requests for that. Knows nothing of who asks.

/** A value as a debugger shows it. */
export interface ValueInfo {
  readonly name: string;
  /** One line of text: `Tensor [16, 128]  norm 3.21  mean 0.01 ± 0.28`; the answer to a console may have several. */
  readonly value: string;
  readonly type: string;
  /** Handle for `children`, 0 when there are none. Valid until the run goes on. */
  readonly reference: number;
  readonly indexedChildren: number;
  readonly namedChildren: number;
  /** Expression that gives this value again, or empty. */
  readonly evaluateName: string;
  /** Handle for `readMemory`; left out when the value is not a run of numbers in memory. */
  readonly memory?: string;
  /** Whether `setVariable` changes it; left out when that is not known. */
  readonly changeable?: boolean;
}

export type EvaluateContext = "hover" | "watch" | "repl" | "variables" | "clipboard";

/** How numbers are written. */
interface Written {
  /** Whole numbers of tensors (tokens, classes) in hexadecimal. Real numbers stay as they are. */
  readonly hex?: boolean;
}

export interface CompletionInfo {
  readonly label: string;
  readonly type: "variable" | "field" | "property" | "method" | "function" | "module" | "value";
  /** A few words about it, or empty. */
  readonly detail: string;
  /** Of what stands before the cursor, so many characters give way to it. */
  readonly replaces: number;
}

export interface MemoryInfo {
  /** Of the first byte that was asked for: `0x1f40`. */
  readonly address: string;
  /** Base64 of the bytes, little-endian numbers as they lie in memory; empty when none could be read. */
  readonly data: string;
  /** How many of those asked for after the last one of `data` do not belong to the tensor. */
  readonly unreadableBytes: number;
}

export interface ValueRequests {
  children: {
    params: { readonly reference: number; readonly start: number; readonly count: number } & Written;
    result: readonly ValueInfo[];
  };
  evaluate: {
    params: { readonly expression: string; readonly context: EvaluateContext } & Written;
    result: ValueInfo;
  };
  /** Changes a child of a container: an element, a hyper-parameter, a whole tensor. `value` is an expression. */
  setVariable: {
    params: { readonly reference: number; readonly name: string; readonly value: string } & Written;
    result: ValueInfo;
  };
  /** Changes what an expression names: `x[0, 3]`, `this.rnn.weight_hh_l0`, `optimizer.learningRate`. */
  setExpression: {
    params: { readonly expression: string; readonly value: string } & Written;
    result: ValueInfo;
  };
  /** What may follow in `text` at this offset. */
  completions: {
    params: { readonly text: string; readonly offset: number };
    result: readonly CompletionInfo[];
  };
  /** Bytes of a tensor; `offset` may be negative. */
  readMemory: {
    params: { readonly memory: string; readonly offset: number; readonly count: number };
    result: MemoryInfo;
  };
}

/** Significant digits when nothing else is asked for. */
export const defaultPrecision = 4;
/** As many as a float64 has. */
export const largestPrecision = 17;
