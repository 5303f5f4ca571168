// The samples that a classifier finds hardest, with what goes in: a small picture, or the features as text.
import type { ConfusionAbout, ConfusionReport, PictureShape, WorstExample } from "../../../src/protocol/playing.ts";
import { KeyedList, make, setAttribute, setHidden, setText } from "../../dom.ts";
import { formatCount, formatNumber, formatPercent } from "../../format.ts";
import { bytesOf } from "./bytes.ts";

export interface Examples {
  readonly element: HTMLElement;
  update(about: ConfusionAbout, newest: ConfusionReport, cell: readonly [number, number] | null): void;
}

/** @param showAll the reader wants those of every cell again */
export function createExamples(showAll: () => void): Examples {
  const title = make("h3", "worst-title");
  const all = make("button", "link", { type: "button" }, "show all");
  all.addEventListener("click", showAll);
  const list = make("ul", "worst-list");
  const none = make("p", "note");
  const rows = new KeyedList<WorstExample, Example>(list, () => new Example());
  const element = make("div", "worst", {}, make("div", "worst-head", {}, title, all), list, none);
  return {
    element,
    update(about, { worst }, cell) {
      const { classes } = about;
      const inCell = ({ truth, predicted }: WorstExample) =>
        cell === null || (truth === cell[0] && predicted === cell[1]);
      const shown = worst.filter(inCell);
      setText(title, cell === null ? "Worst examples" : `${classes[cell[0]]} taken for ${classes[cell[1]]}`);
      setHidden(all, cell === null);
      setText(none, shown.length > 0 ? "" : "None of the hardest samples is one of these.");
      rows.update(
        shown,
        ({ index }) => String(index),
        (row, item) => row.update(about, item),
      );
    },
  };
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
    const right = truth === predicted;
    const said = right ? `${classes[truth]}, rightly` : `${classes[truth]} taken for ${classes[predicted]}`;
    setText(this.#title, said);
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
