// Statistics of a tensor, and its elements of largest magnitude, which lead to their places in the picture.
import type { Extreme, TensorPicture } from "../../../../src/protocol/inspector/tensorPicture.ts";
import { make, setHidden, setText } from "../../../dom.ts";
import { formatCount, formatNumber, formatPercent } from "../../../format.ts";
import { exact } from "./words.ts";

export class Details {
  readonly statistics: HTMLElement;
  readonly extremes: HTMLElement;
  readonly #values: readonly HTMLElement[];
  readonly #list = make("ol", "extreme-list");
  readonly #go: (index: readonly number[]) => void;
  #shown: TensorPicture | null = null;

  constructor(go: (index: readonly number[]) => void) {
    this.#go = go;
    this.#values = names.map(() => make("dd"));
    const entries = names.map((name, i) => make("div", "", {}, make("dt", "", {}, name), this.#values[i]));
    this.statistics = make(
      "div",
      "weights-statistics",
      {},
      make("h4", "", {}, "Statistics"),
      make("dl", "", {}, ...entries),
    );
    const title = make("h4", "", {}, "Largest elements");
    this.extremes = make("div", "weights-extremes", {}, title, this.#list);
  }

  update(picture: TensorPicture): void {
    if (picture === this.#shown) return;
    this.#shown = picture;
    const { count, norm, mean, std, min, max, zeros, nonFinite } = picture.statistics;
    const texts = [
      formatCount(count),
      formatNumber(norm),
      formatNumber(mean),
      formatNumber(std),
      formatNumber(min),
      formatNumber(max),
      zeros === 0 ? "0" : formatPercent(zeros),
      formatCount(nonFinite),
    ];
    this.#values.forEach((element, i) => {
      setText(element, texts[i].replace(/^-/, "−"));
      element.classList.toggle("bad", i === texts.length - 1 && nonFinite > 0);
    });
    setHidden(this.extremes, picture.extremes.length === 0);
    this.#list.replaceChildren(...picture.extremes.map((extreme) => this.#entry(extreme)));
  }

  #entry({ index, value }: Extreme): HTMLElement {
    const place = `[${index.join(", ")}]`;
    const button = make("button", "link extreme", { type: "button", title: `${exact(value)}: show it in the picture` });
    const number = make("span", Number.isFinite(value) ? "" : "bad", {}, formatNumber(value).replace(/^-/, "−"));
    button.append(make("span", "extreme-place", {}, place), number);
    button.addEventListener("click", () => this.#go(index));
    return make("li", "", {}, button);
  }
}

const names = ["Elements", "‖·‖", "Mean", "Std", "Smallest", "Largest", "Zeros", "Not finite"];
