// What is known of a model: the bundled program with its pause sites, its layers and its parameters.
import type { SourceRange } from "./position.ts";

/**
 * A place of the user's source that can stop.
 * `statement`: runs during forward (and again, backwards, during backward). `field`: creates a layer, so the update of
 * that layer's parameters stands there. `loss`, `optimizer`, `model`, `data`: the properties of `defineTraining`.
 */
export type SiteKind = "statement" | "field" | "model" | "data" | "loss" | "optimizer";

export interface Site {
  /** Index into `BundledModel.sites`. */
  readonly id: number;
  readonly kind: SiteKind;
  readonly range: SourceRange;
  /** Name of the function or class around it: `CharRNN.forward`. */
  readonly within: string;
}

/** A model file and everything it imports, as one script that can be evaluated. */
export interface BundledModel {
  /** Absolute path of the model file. */
  readonly file: string;
  /** CommonJS source; `require("gradient-debugger")` and the function `__gd` are given to it when it is evaluated. */
  readonly code: string;
  /** Source map (JSON) from `code` to the user's files. */
  readonly map: string;
  readonly sites: readonly Site[];
  /** Absolute paths of the workspace files that went into it. */
  readonly inputs: readonly string[];
}

/** Something wrong with what the user wrote or gave, in a form the editor and the terminal can both show. */
export interface ErrorReport {
  readonly message: string;
  /** Where the user can mend it, when that is known. */
  readonly source: SourceRange | null;
  /** The user's own frames, innermost first; empty when the error has no stack. */
  readonly stack: readonly { readonly name: string; readonly source: SourceRange }[];
  /** The stack with internal frames, for `--verbose` and the output channel. */
  readonly detail: string;
}

export type BundleResult =
  | { readonly ok: true; readonly model: BundledModel }
  | { readonly ok: false; readonly errors: readonly ErrorReport[] };

export interface ParameterInfo {
  /** State-dict name: `rnn.weight_hh_l0`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Path of the layer that owns it: `rnn`. */
  readonly layer: string;
  readonly trainable: boolean;
}

export interface LayerInfo {
  /** Dotted path; empty for the model itself. */
  readonly path: string;
  /** Class name: `RNN`, `CharRNN`. */
  readonly type: string;
  /** The line that created it. */
  readonly source: SourceRange | null;
  readonly recurrent: boolean;
}

/** Sent once, when the model exists and before the first iteration. */
export interface ModelInfo {
  /** Name for people: the model's class. */
  readonly name: string;
  readonly file: string;
  readonly layers: readonly LayerInfo[];
  readonly parameters: readonly ParameterInfo[];
  readonly parameterCount: number;
  readonly epochs: number;
  readonly iterationsPerEpoch: number;
  readonly seed: number;
  readonly optimizer: string;
  /** The data in words: `text moby-dick.txt, 1,156,000 characters`. Not every runtime says it. */
  readonly data?: string;
}
