// What the inspector's parts tell each other of: a named value, its children, how it is to be written.
import type { Tensor } from "../../training/engine.ts";
import type { Past } from "./tensors/previous.ts";

/** A value with a name, and the expression that gives it again. */
export interface Named {
  readonly name: string;
  readonly value: unknown;
  readonly evaluateName?: string;
  /** Changes it to the value of an expression; left out for tensors of the run, which are changed in place. */
  readonly assign?: (value: unknown) => void;
  /** An element of a tensor of whole numbers: may be shown in hexadecimal. */
  readonly whole?: boolean;
}

/** Children of a value: those with names come first, then those with numbers, made one by one as they are looked at. */
export interface Container {
  readonly named: () => readonly Named[];
  readonly indexed: { readonly count: number; readonly at: (i: number) => Named };
}

/** What the store asks of the run. */
export interface ValueSource {
  /** Can this tensor be changed in place? */
  isLive(tensor: Tensor): boolean;
  pastOf(tensor: Tensor): Past;
}

/** How values are to be written. */
export interface Style {
  readonly hex?: boolean | undefined;
  /** With a histogram, on several lines. */
  readonly long?: boolean;
}

/** A line of text that opens. */
export class Section {
  constructor(
    readonly text: string,
    readonly children: () => readonly Named[],
  ) {}
}
