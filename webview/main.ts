// Entry of the inspector page: wires the host's messages through the reducer to the page, and the page's wishes back.
import "./styles/base.css";
import "./styles/header.css";
import "./styles/frame.css";
import "./styles/position.css";
import "katex/dist/katex.css";
import "./styles/panels.css";
import "./styles/parameters.css";
import "./styles/weights.css";
import "./styles/narrow.css";
import "./styles/curves/curves.css";
import "./styles/curves/over.css";
import "./styles/equation.css";
import "./styles/flow/flow.css";
import "./styles/flow/around.css";
import "./styles/time.css";
import "./styles/runs/runs.css";
import "./styles/runs/comparison.css";
import "./styles/playing/playing.css";
import "./styles/playing/confusion.css";
import { afterReload, initialState, reduce } from "../src/protocol/inspector/inspector.ts";
import { connectHost, type News } from "./host.ts";
import { pace } from "./pace.ts";
import { readPalette, watchTheme } from "./theme.ts";
import { registerToolkit } from "./toolkit.ts";
import { createPage } from "./views/page.ts";
import { initialPlaying } from "./views/playing/choices.ts";

/** Faster than this nobody reads, and the editor beside wants its share of the processor. */
const drawEvery = 100;
/** Storing sends the state to the extension host, so it is done rarely and when the page may go away. */
const keepEvery = 2000;

registerToolkit();
const host = connectHost(receive);
const kept = host.restore();
let state = kept.state ?? initialState;
let ui = kept.ui;
let palette = readPalette();
let hydrated = false;
/** Counts the changes of the kept runs, which the page asks for itself. */
let keptRuns = 0;

const page = createPage({
  command: (command) => host.send({ type: "command", command }),
  reveal: ({ file, line }) => host.send({ type: "reveal", file, line }),
  ask: host.ask,
  choose: (change) => {
    ui = { ...ui, ...(typeof change === "function" ? change(ui) : change) };
    requestDrawing();
    // Whoever presses something sees it in the next frame, however often the page is drawn by itself.
    requestAnimationFrame(drawing.flush);
    // At once: when the tab is hidden, the page goes away before a message that it sends then.
    keeping.request();
    keeping.flush();
  },
});
const now = (): number => performance.now();
const drawing = pace(draw, drawEvery, now, (run, delay) => {
  setTimeout(() => requestAnimationFrame(run), delay);
});
const keeping = pace(
  () => host.keep(ui, state),
  keepEvery,
  now,
  (keep, delay) => setTimeout(keep, delay),
);

document.querySelector("#inspector")?.append(page.element);
page.update({ state, ui, palette, keptRuns, known: isKnown() });
window.scrollTo({ top: ui.scroll });
window.addEventListener("scroll", () => {
  ui = { ...ui, scroll: window.scrollY };
  keeping.request();
});
document.addEventListener("visibilitychange", () => keeping.flush());
window.addEventListener("pagehide", () => keeping.flush());
watchTheme(() => {
  palette = readPalette();
  requestDrawing();
});
host.send({ type: "ready" });

function isKnown(): boolean {
  return hydrated || kept.state !== null;
}

/** The page says that it is behind until it is drawn: whoever looks at it from outside can tell. */
function requestDrawing(): void {
  page.expect();
  drawing.request();
}

function draw(): void {
  page.update({ state, ui, palette, keptRuns, known: isKnown() });
  // Lays the page out now instead of right after, so that the pace knows what a drawing costs.
  page.element.getBoundingClientRect();
}

function receive(message: News): void {
  if (message.type === "show") {
    show(message.parameter);
    return;
  }
  if (message.type === "keptRuns") {
    keptRuns += 1;
    if (message.overlay !== null) overlay(message.overlay);
    requestDrawing();
    return;
  }
  if (message.type === "events") {
    state = message.events.reduce(reduce, state);
    // the pictures of a new run are followed from its beginning, whatever was looked at in the one before
    if (message.events.some(({ type }) => type === "started")) ui = { ...ui, playing: initialPlaying };
  }
  // What was kept is only compared with the host's first word: later ones are news.
  else state = hydrated ? message.state : afterReload(state, message.state);
  hydrated ||= message.type === "hydrate";
  requestDrawing();
  keeping.request();
}

/** Chooses kept runs, and brings the panel that lists and compares them into view. */
function overlay(ids: readonly string[]): void {
  ui = { ...ui, overlay: ids };
  keeping.request();
  drawing.request();
  drawing.flush();
  document.querySelector("#panel-runs")?.scrollIntoView({ block: "start" });
}

/** Brings a parameter into view, alone with those of its layer. */
function show(name: string): void {
  const info = state.model?.parameters.find((parameter) => parameter.name === name);
  if (info === undefined) return;
  const layer = info.layer === "" ? null : info.layer;
  ui = { ...ui, layer, tensor: name, weights: { ...ui.weights, filter: "" } };
  requestDrawing();
  drawing.flush();
  document.querySelector("#panel-parameters")?.scrollIntoView();
  bringIntoView(name);
  keeping.request();
}

/** The table's rows exist while they are in sight: this one will in some frames. */
function bringIntoView(name: string, frames = 60): void {
  const row = document.querySelector(`tr[data-parameter="${CSS.escape(name)}"].asked`);
  if (row !== null) row.scrollIntoView({ block: "center" });
  else if (frames > 0) requestAnimationFrame(() => bringIntoView(name, frames - 1));
}
