// What to do when there is nothing to see, and what went wrong when something did.
import type { InspectorState } from "../../src/protocol/inspector/inspector.ts";
import type { ErrorReport } from "../../src/protocol/model.ts";
import type { SourceRange } from "../../src/protocol/position.ts";
import { link, make, setHidden, setText } from "../dom.ts";
import { baseName } from "../format.ts";
import { createSpinner } from "../toolkit.ts";
import { createBusy } from "./busy.ts";
import type { Actions, View } from "./view.ts";

export function createNotice(actions: Actions): View {
  const welcome = createWelcome();
  const loadingText = make("span");
  const loading = make("div", "notice loading", {}, createSpinner(), loadingText);
  const last = make("p", "notice last", {}, "Values of the last run. Nothing is running now.");
  const failure = createFailure(actions);
  const opening = createOpening();
  const element = make("div", "notices", {}, opening.element, welcome, loading, last, failure.element);
  return {
    element,
    update({ state, known }) {
      const { status, model } = state;
      opening.update(known);
      setHidden(welcome, !known || status.kind !== "idle" || model !== null);
      setHidden(loading, status.kind !== "loading");
      if (status.kind === "loading") setText(loadingText, `Loading ${baseName(status.file)} …`);
      setHidden(last, status.kind !== "idle" || model === null || state.kept !== undefined);
      failure.update(state);
    },
  };
}

/** The page is there and the host has not yet said what it should show: worth a word after half a second. */
function createOpening(): { readonly element: HTMLElement; update(known: boolean): void } {
  const busy = createBusy({ cancel: false });
  let answered: (() => void) | null = null;
  return {
    element: busy.element,
    update(known) {
      if (known) answered?.();
      else if (answered === null) {
        const answer = new Promise<void>((resolve) => {
          answered = resolve;
        });
        void busy.follow("Waiting for the extension …", answer);
      }
    },
  };
}

function createWelcome(): HTMLElement {
  const step = (title: string, ...text: readonly (Node | string)[]): HTMLElement =>
    make("li", "", {}, make("b", "", {}, title), make("span", "", {}, ...text));
  const command = (name: string): HTMLElement => make("span", "command", {}, `“Gradient Debugger: ${name}”`);
  return make(
    "section",
    "welcome",
    { "aria-label": "How to begin" },
    make("h2", "", {}, "No run yet"),
    make("p", "", {}, "Train a model and watch its loss and gradients here, live."),
    make(
      "ol",
      "steps",
      {},
      step(
        "Open a model file",
        "such as ",
        make("code", "", {}, "NAME.model.ts"),
        ", or run ",
        command("Open Example"),
        ".",
      ),
      step("Train it", "Run ", command("Train Model"), " from the command palette, or press Train above."),
      step(
        "Step through it",
        "Run ",
        command("Debug Training"),
        " to pause at every forward, loss, backward and update.",
      ),
    ),
  );
}

function createFailure(actions: Actions): { readonly element: HTMLElement; update(state: InspectorState): void } {
  const message = make("p", "failure-message");
  const places = make("ul", "failure-places");
  const detail = make("pre", "", { tabindex: "0", "aria-label": "Details" });
  const more = make("details", "", {}, make("summary", "", {}, "Details"), detail);
  const element = make(
    "section",
    "failure",
    { role: "alert" },
    make("h2", "", {}, "The run failed"),
    message,
    places,
    more,
  );
  let shown: ErrorReport | null = null;
  return {
    element,
    update({ status }) {
      const error = status.kind === "failed" ? status.error : null;
      setHidden(element, error === null);
      if (error === null || error === shown) return;
      shown = error;
      setText(message, error.message);
      places.replaceChildren(...placesOf(error).map(({ name, source }) => createPlace(name, source, actions)));
      setText(detail, error.detail);
      setHidden(more, error.detail === "" || error.detail === error.message);
    },
  };
}

function createPlace(name: string, source: SourceRange, actions: Actions): HTMLElement {
  const line = link("", () => actions.reveal(source));
  line.textContent = `${baseName(source.file)}:${source.line}:${source.column}`;
  line.title = `Show line ${source.line} of ${source.file}`;
  return make("li", "", {}, line, ...(name === "" ? [] : [make("span", "frame-name", {}, `in ${name}`)]));
}

/** The line to mend first, then the way that led there; a frame on the same line is not said twice. */
function placesOf({ source, stack }: ErrorReport): readonly { readonly name: string; readonly source: SourceRange }[] {
  if (source === null) return stack;
  const isHere = (other: SourceRange): boolean => other.file === source.file && other.line === source.line;
  const name = stack.find((frame) => isHere(frame.source))?.name ?? "";
  return [{ name, source }, ...stack.filter((frame) => !isHere(frame.source))];
}
