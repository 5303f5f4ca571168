// Says that something is being waited for, once that takes longer than half a second, and lets the reader give up on it.
import { make, setHidden, setText } from "../dom.ts";
import { createSpinner } from "../toolkit.ts";

/** Milliseconds before a wait is worth a word: a line that flashes up would only disturb. */
const patience = 500;

export interface Busy {
  /** One line; hidden while there is nothing to wait for. */
  readonly element: HTMLElement;
  /**
   * Hands on what `work` comes to, and says `words` ("Computing the decision surface …") while it takes long. With
   * Cancel pressed, or with a next call, the promise is rejected with `Cancelled` and what `work` comes to is dropped.
   */
  follow<T>(words: string, work: Promise<T>): Promise<T>;
}

/** The reader no longer wants the answer: nothing to report. */
export class Cancelled extends Error {}

/** @param options without `cancel` there is no button: the reader cannot do without the answer */
export function createBusy({ cancel: cancellable = true }: { readonly cancel?: boolean } = {}): Busy {
  const text = make("span");
  const cancel = make("button", "link busy-cancel", { type: "button" }, "Cancel");
  const line = make("span", "busy-line", {}, createSpinner(), text, ...(cancellable ? [cancel] : []));
  // The element that is spoken of stays, only its contents come and go: otherwise nothing is read out.
  const element = make("div", "busy", { role: "status" }, line);
  let giveUp: (() => void) | null = null;
  setHidden(line, true);
  cancel.addEventListener("click", () => giveUp?.());
  return {
    element,
    async follow(words, work) {
      giveUp?.();
      const timer = setTimeout(() => {
        setText(text, words);
        setHidden(line, false);
      }, patience);
      let mine: (() => void) | null = null;
      const given = new Promise<never>((_, reject) => {
        mine = () => reject(new Cancelled("given up by the reader"));
        giveUp = mine;
      });
      try {
        return await Promise.race([work, given]);
      } finally {
        clearTimeout(timer);
        if (giveUp === mine) {
          giveUp = null;
          setHidden(line, true);
        }
      }
    },
  };
}
