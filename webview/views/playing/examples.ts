// The samples that a classifier finds hardest, with what goes in: a small picture, or the features as text.
import type {
  ConfusionAbout,
  ConfusionReport,
  PictureShape,
  WorstExample,
} from "../../../src/protocol/inspector/playing.ts";
import { KeyedList, make, setAttribute, setHidden, setText } from "../../dom.ts";
import { formatCount, formatNumber, formatPercent } from "../../format.ts";
import { bytesOf } from "./bytes.ts";
import { whenOf } from "./pictures.ts";

export interface Examples {
  readonly element: HTMLElement;
  /** Examples are kept of the newest table only; `shown` may be an older one. */
  update(
    about: ConfusionAbout,
    newest: ConfusionReport,
    cell: readonly [number, number] | null,
    shown: ConfusionReport,
  ): void;
}

/** @param showAll the reader wants those of every cell again */
export function createExamples(showAll: () => void): Examples {
  const title = make("h3", "worst-title");
  const all = make("button", "link", { type: "button" }, "show all");
  all.addEventListener("click", showAll);
  const list = make("ul", "worst-list", { tabindex: "0", "aria-label": "Worst examples" });
  const none = make("p", "note");
  const rows = new KeyedList<WorstExample, Example>(list, () => new Example());
  const element = make("div", "worst", {}, make("div", "worst-head", {}, title, all), list, none);
  return {
    element,
    update(about, newest, cell, table) {
      const { classes } = about;
      const { worst } = newest;
      const inCell = ({ truth, predicted }: WorstExample) =>
        cell === null || (truth === cell[0] && predicted === cell[1]);
      const shown = worst.filter(inCell);
      const what = cell === null ? "Worst examples" : pairOf(classes, cell[0], cell[1]);
      setText(title, table === newest ? what : `${what}, ${whenOf(newest)}`);
      setHidden(all, cell === null);
      setText(none, worst.length > 0 ? "None of the hardest samples is one of these." : forgotten);
      setHidden(none, shown.length > 0);
      rows.update(
        shown,
        ({ index }) => String(index),
        (row, item) => row.update(about, item),
      );
    },
  };
}

const forgotten = "Examples are kept of the newest table only: they come back when the run goes on.";

/** `4 taken for 9`; what is right is among the examples when the model was not sure of it. */
function pairOf(classes: readonly string[], truth: number, predicted: number): string {
  return truth === predicted ? `${classes[truth]}, found right` : `${classes[truth]} taken for ${classes[predicted]}`;
}

class Example {
  readonly #canvas = make("canvas", "worst-picture", { role: "img" });
  readonly #title = make("span", "worst-what");
  readonly #detail = make("span", "worst-detail");
  readonly #features = make("span", "worst-features");
  readonly element = make(
    "li",
    "",
    {},
    this.#canvas,
    make("div", "worst-words", {}, this.#title, this.#detail, this.#features),
  );
  #drawn: string | null = null;

  update({ classes, picture, set }: ConfusionAbout, example: WorstExample): void {
    const { index, truth, predicted, probability, loss } = example;
    setText(this.#title, pairOf(classes, truth, predicted));
    setText(this.#detail, `${formatPercent(probability)} sure, loss ${formatNumber(loss)}, no. ${formatCount(index)}`);
    setText(this.#features, example.features);
    setHidden(this.#features, example.features === "");
    setHidden(this.#canvas, picture === null || example.picture === null);
    if (picture === null || example.picture === null) return;
    setAttribute(this.#canvas, "aria-label", `${set} sample ${index}, a picture of ${classes[truth]}`);
    if (example.picture === this.#drawn) return;
    this.#drawn = example.picture;
    drawPicture(this.#canvas, picture, bytesOf(example.picture));
  }
}

/** Pixel by pixel; the style sheet makes it larger. */
function drawPicture(canvas: HTMLCanvasElement, { rows, columns, channels }: PictureShape, bytes: Uint8Array): void {
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  if (context === null) return;
  const image = context.createImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    const pixel = bytes.subarray(i * channels, (i + 1) * channels);
    const [red, green, blue] = channels === 3 ? pixel : [pixel[0], pixel[0], pixel[0]];
    image.data.set([red, green, blue, 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}
