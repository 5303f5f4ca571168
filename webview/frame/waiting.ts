// Says in a panel's head that the answer to its question is on the way, once that takes longer than half a second.
import { isRunQuestion, type QuestionName } from "../../src/protocol/inspector/questions.ts";
import { make, setHidden, setText } from "../dom.ts";
import { createSpinner } from "../toolkit.ts";
import type { Actions } from "../views/view.ts";

/**
 * Milliseconds. A little more than half a second, so that a panel that says in its own words what it waits for (busy.ts) comes
 * first: the style sheet then leaves these out.
 */
const patience = 550;

/** Their answer waits for the reader: there is nothing to wait for. */
const asksTheReader: readonly QuestionName[] = ["savePicture"];

export class Waiting {
  readonly #text = make("span");
  readonly #line = make("span", "head-wait-line", {}, createSpinner(), this.#text);
  /** The element that is spoken of stays, only its contents come and go: otherwise nothing is read out. */
  readonly element = make("span", "head-wait", { role: "status" }, this.#line);
  #open = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    setHidden(this.#line, true);
  }

  /** The same actions, with an eye on their questions. */
  wrap(actions: Actions): Actions {
    return {
      ...actions,
      ask: (name, params) => {
        const answer = actions.ask(name, params);
        if (!asksTheReader.includes(name)) this.#follow(name, answer);
        return answer;
      },
    };
  }

  #follow(name: QuestionName, answer: Promise<unknown>): void {
    if (this.#open++ === 0) {
      const words = isRunQuestion(name) ? "waiting for the run …" : "waiting for the window …";
      this.#timer = setTimeout(() => this.#show(words), patience);
    }
    const done = (): void => {
      if (--this.#open > 0) return;
      clearTimeout(this.#timer);
      setHidden(this.#line, true);
      setText(this.#text, "");
    };
    answer.then(done, done);
  }

  #show(words: string): void {
    setText(this.#text, words);
    setHidden(this.#line, false);
  }
}
