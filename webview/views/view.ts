// What the parts of the page have in common: what they show, and what they may ask for.
import type { InspectorCommand, InspectorState } from "../../src/protocol/inspector/inspector.ts";
import type { QuestionName, QuestionParams, QuestionResult } from "../../src/protocol/inspector/questions.ts";
import type { UiState } from "../host.ts";
import type { Palette } from "../theme.ts";

export interface Shown {
  readonly state: InspectorState;
  readonly ui: UiState;
  readonly palette: Palette;
  /** Grows when the list of kept runs has changed. */
  readonly keptRuns: number;
  /** Has the host said what there is, now or to the page before? Until then the page says nothing of it. */
  readonly known: boolean;
}

export interface View {
  readonly element: HTMLElement;
  update(shown: Shown): void;
}

export interface Actions {
  command(command: InspectorCommand): void;
  reveal(place: { readonly file: string; readonly line: number }): void;
  /** Answers come later or, with a reason in words, not at all. */
  ask<K extends QuestionName>(name: K, params: QuestionParams<K>): Promise<QuestionResult<K>>;
  /** A change that builds upon what was chosen before is a function: the page shows a choice a moment later. */
  choose(change: UiChange): void;
}

export type UiChange = Partial<UiState> | ((ui: UiState) => Partial<UiState>);
