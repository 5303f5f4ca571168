// Takes the run elsewhere in time: an aim, the question whether it can go there, and the line that says how it stands.
import type { InspectorState } from "../../../../src/protocol/inspector/inspector.ts";
import { make, setAttribute, setHidden, setText } from "../../../dom.ts";
import { formatCount } from "../../../format.ts";
import { createSpinner } from "../../../toolkit.ts";
import type { Actions } from "../../view.ts";
import { describeTravel, standsAt, type Travel, travelAfter, whyNot } from "./travel.ts";

/** Milliseconds before a journey is worth a turning ring. */
const patience = 500;

export class Journey {
  /** Words and buttons in one line. */
  readonly element: HTMLElement;
  readonly #ask: Actions["ask"];
  readonly #changed: () => void;
  readonly #spinner = createSpinner();
  readonly #words = make("span", "journey-words", { role: "status" });
  readonly #go = make("button", "tool", { type: "button" }, "Go");
  readonly #stay = make("button", "tool", { type: "button" }, "Stay");
  #travel: Travel = { kind: "none" };
  #state: InspectorState | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(ask: Actions["ask"], changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
    this.element = make("div", "journey", {}, this.#spinner, this.#words, this.#go, this.#stay);
    this.#go.addEventListener("click", () => this.go());
    this.#stay.addEventListener("click", () => this.stay());
  }

  /** Where it would go or is going; null: nowhere. */
  get aim(): number | null {
    return this.#travel.kind === "aiming" || this.#travel.kind === "going" ? this.#travel.iteration : null;
  }

  get isGoing(): boolean {
    return this.#travel.kind === "going";
  }

  aimAt(iteration: number): void {
    if (this.#travel.kind !== "going") this.#set({ kind: "aiming", iteration });
  }

  stay(): void {
    if (this.#travel.kind !== "going") this.#set({ kind: "none" });
  }

  /** To the aim, if there is one and the run does not stand there. */
  go(): void {
    const [travel, state] = [this.#travel, this.#state];
    if (travel.kind !== "aiming" || state === null) return;
    const { iteration } = travel;
    const reason = whyNot(state);
    if (iteration === standsAt(state)) this.stay();
    else if (reason !== null) this.#set({ kind: "refused", iteration, reason });
    else void this.#leave({ kind: "going", iteration, from: state.status });
  }

  async #leave(going: Travel & { readonly kind: "going" }): Promise<void> {
    const { iteration } = going;
    this.#set(going);
    try {
      await this.#ask("goToIteration", { iteration });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.#travel === going) this.#set({ kind: "refused", iteration, reason });
    }
  }

  update(state: InspectorState): void {
    this.#state = state;
    this.#travel = travelAfter(this.#travel, state);
    this.#show();
  }

  #set(travel: Travel): void {
    this.#travel = travel;
    clearTimeout(this.#timer ?? undefined);
    this.#timer = travel.kind === "going" ? setTimeout(() => this.#show(true), patience) : null;
    this.#show();
    this.#changed();
  }

  #show(isLong = false): void {
    const [travel, state] = [this.#travel, this.#state];
    if (state === null) return;
    const isAiming = travel.kind === "aiming" && whyNot(state) === null;
    setText(this.#words, describeTravel(travel, state));
    this.#words.classList.toggle("refused", travel.kind === "refused");
    setHidden(this.#go, !isAiming);
    setHidden(this.#stay, !isAiming);
    if (isAiming) setAttribute(this.#go, "aria-label", `Go to iteration ${formatCount(travel.iteration)}`);
    if (travel.kind !== "going") setHidden(this.#spinner, true);
    else if (isLong) setHidden(this.#spinner, false);
  }
}
