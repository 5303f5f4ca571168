// Makes a file of a picture on the page: SVG text with the theme's colours written into it, or a PNG. Knows no host.
import { backgroundOf, plainColour, setAll, space, titled } from "./svgParts.ts";
import { tableSvg } from "./tablePicture.ts";

export type PictureFormat = "svg" | "png";
export type Picture = SVGSVGElement | HTMLCanvasElement | HTMLTableElement;

/** Pictures are saved at twice the size they have on the page: for slides, and for dense screens. */
const scale = 2;

/** Draws itself at `scale` times its size and hands the result to `use` before it is itself again. */
export type Sharper = (scale: number, use: (canvas: HTMLCanvasElement) => void) => void;

const sharper = new WeakMap<HTMLCanvasElement, Sharper>();

/** For the owner of a canvas that can draw itself finer than the screen shows it. */
export function drawsSharper(canvas: HTMLCanvasElement, draw: Sharper): void {
  sharper.set(canvas, draw);
}

/**
 * SVG text, or a PNG as base64. An `<svg>` stays one; a `<canvas>` becomes an image inside an SVG, and of a `<table>` the
 * boxes and words are drawn.
 *
 * @throws Error when the picture has no size
 */
export async function pictureOf(element: Picture, format: PictureFormat): Promise<string> {
  const { width, height } = element.getBoundingClientRect();
  if (width === 0 || height === 0) throw new Error("the picture is hidden, so it has no size; unfold its panel first");
  if (element instanceof HTMLCanvasElement) {
    const png = canvasPng(element, width, height);
    return format === "png" ? base64Of(png) : imageSvg(png, width, height, element.getAttribute("aria-label") ?? "");
  }
  const svg = element instanceof SVGSVGElement ? svgText(element, width, height) : tableSvg(element);
  return format === "svg" ? svg : base64Of(await rasterised(svg, width, height));
}

function canvasPng(canvas: HTMLCanvasElement, width: number, height: number): string {
  const copy = document.createElement("canvas");
  copy.width = Math.max(canvas.width, Math.round(scale * width));
  copy.height = Math.round((copy.width * height) / width);
  const context = copy.getContext("2d");
  if (context === null) throw new Error("this window has no memory for another drawing; close some tabs and try again");
  const draw = (image: HTMLCanvasElement): void => {
    context.fillStyle = backgroundOf(canvas);
    context.fillRect(0, 0, copy.width, copy.height);
    // Cells of a heatmap stay squares.
    context.imageSmoothingEnabled = getComputedStyle(canvas).imageRendering !== "pixelated";
    context.drawImage(image, 0, 0, copy.width, copy.height);
  };
  const finer = sharper.get(canvas);
  if (finer === undefined) draw(canvas);
  else finer(scale, draw);
  return copy.toDataURL("image/png");
}

function imageSvg(png: string, width: number, height: number, title: string): string {
  const svg = document.createElementNS(space, "svg");
  const image = document.createElementNS(space, "image");
  for (const element of [svg, image]) setAll(element, { width: String(width), height: String(height) });
  image.setAttribute("href", png);
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  if (title !== "") svg.append(titled(title));
  svg.append(image);
  return new XMLSerializer().serializeToString(svg);
}

async function rasterised(svg: string, width: number, height: number): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(scale * width);
  canvas.height = Math.round(scale * height);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}

function base64Of(dataUrl: string): string {
  return dataUrl.slice(dataUrl.indexOf(",") + 1);
}

/** Written as attributes, which every program that reads SVG understands; an element's children inherit them. */
const inherited = [
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "font-family",
  "font-size",
  "font-weight",
  "font-style",
  "text-anchor",
  "dominant-baseline",
  "paint-order",
  "visibility",
] as const;

/** Places and sizes that a style sheet may have given instead of an attribute. */
const placed: Readonly<Record<string, readonly string[]>> = {
  rect: ["x", "y", "width", "height", "rx", "ry"],
  circle: ["cx", "cy", "r"],
  ellipse: ["cx", "cy", "rx", "ry"],
};

function svgText(original: SVGSVGElement, width: number, height: number): string {
  const copy = original.cloneNode(true) as SVGSVGElement;
  inline(original, copy, null);
  const { viewBox } = original;
  const box =
    viewBox.baseVal !== null && viewBox.baseVal.width > 0 ? viewBox.baseVal : new DOMRect(0, 0, width, height);
  setAll(copy, {
    width: String(width),
    height: String(height),
    viewBox: `${box.x} ${box.y} ${box.width} ${box.height}`,
  });
  const ground = document.createElementNS(space, "rect");
  setAll(ground, {
    x: String(box.x),
    y: String(box.y),
    width: String(box.width),
    height: String(box.height),
    fill: backgroundOf(original),
  });
  copy.prepend(ground);
  const title = original.getAttribute("aria-label") ?? "";
  if (title !== "") copy.prepend(titled(title));
  return new XMLSerializer().serializeToString(copy);
}

/** Writes what the style sheets make of `original` into `copy`, which has the same children, and takes out what is hidden. */
function inline(original: Element, copy: Element, around: CSSStyleDeclaration | null): void {
  const style = getComputedStyle(original);
  const children = [...copy.children];
  [...original.children].forEach((child, i) => {
    if (getComputedStyle(child).display === "none") children[i].remove();
    else inline(child, children[i], style);
  });
  for (const name of inherited) {
    const value = style.getPropertyValue(name);
    if (value === around?.getPropertyValue(name) || value === "") copy.removeAttribute(name);
    else copy.setAttribute(name, value);
  }
  for (const name of ["fill", "stroke"] as const) writePaint(copy, name, style);
  if (style.opacity !== "1") copy.setAttribute("opacity", style.opacity);
  for (const name of placed[original.localName] ?? []) {
    const value = style.getPropertyValue(name);
    if (!original.hasAttribute(name) && value !== "" && value !== "auto") copy.setAttribute(name, value);
  }
  if (!original.hasAttribute("transform") && style.transform !== "none" && original.localName !== "svg") {
    copy.setAttribute("transform", style.transform);
  }
  for (const name of ["class", "style", "tabindex", "focusable"]) copy.removeAttribute(name);
}

function writePaint(element: Element, name: "fill" | "stroke", style: CSSStyleDeclaration): void {
  const value = style.getPropertyValue(name);
  const plain = value === "none" || value.startsWith("url(");
  const [colour, opacity] = plain ? [value, 1] : plainColour(value);
  element.setAttribute(name, colour);
  setAll(element, { [`${name}-opacity`]: String(opacity * Number(style.getPropertyValue(`${name}-opacity`))) });
  if (element.getAttribute(`${name}-opacity`) === "1") element.removeAttribute(`${name}-opacity`);
}
