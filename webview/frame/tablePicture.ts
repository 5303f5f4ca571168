// Draws a table of the page as SVG: the ground of every cell and the words upon it, all rows, scrolled out of sight or not.
import { backgroundOf, plainColour, setAll, space, svgElement, titled } from "./svgParts.ts";

export function tableSvg(table: HTMLTableElement): string {
  const around = table.parentElement;
  const [left, top] = [around?.scrollLeft ?? 0, around?.scrollTop ?? 0];
  // heads that stay in sight lie over other cells while the table is scrolled
  around?.scrollTo(0, 0);
  try {
    return drawn(table);
  } finally {
    around?.scrollTo(left, top);
  }
}

function drawn(table: HTMLTableElement): string {
  const { width, height, x, y } = table.getBoundingClientRect();
  const svg = document.createElementNS(space, "svg");
  setAll(svg, { width, height, viewBox: `0 0 ${width} ${height}` });
  const title = table.getAttribute("aria-label") ?? table.caption?.textContent ?? "";
  if (title !== "") svg.append(titled(title));
  svg.append(svgElement("rect", { width, height, fill: backgroundOf(table) }));
  for (const element of table.querySelectorAll<HTMLElement>("tr, td, th, td *, th *")) {
    const box = boxOf(element, x, y);
    if (box !== null) svg.append(box);
  }
  for (const cell of table.querySelectorAll("td, th")) {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (texts.nextNode() !== null) {
      const words = wordsOf(texts.currentNode, x, y);
      if (words !== null) svg.append(words);
    }
  }
  return new XMLSerializer().serializeToString(svg);
}

/** The ground of an element, turned as it is turned on the page; null where nothing is seen of it. */
function boxOf(element: HTMLElement, x: number, y: number): SVGElement | null {
  const style = getComputedStyle(element);
  const [fill, opacity] = plainColour(style.backgroundColor);
  const { offsetWidth: width, offsetHeight: height } = element;
  if (opacity === 0 || width === 0 || height === 0 || style.visibility === "hidden") return null;
  const around = element.getBoundingClientRect();
  const [cx, cy] = [around.x - x + around.width / 2, around.y - y + around.height / 2];
  const place = { x: cx - width / 2, y: cy - height / 2, width, height };
  const box = svgElement("rect", { ...place, fill, "fill-opacity": opacity * Number(style.opacity) });
  const { a, b } = new DOMMatrix(style.transform);
  const angle = (Math.atan2(b, a) * 180) / Math.PI;
  if (angle !== 0) setAll(box, { transform: `rotate(${angle} ${cx} ${cy})` });
  return box;
}

/** A text of the page at its place; what stands on its side stands so here too. */
function wordsOf(node: Node, x: number, y: number): SVGElement | null {
  const { parentElement: parent, textContent: text } = node;
  if (parent === null || text === null || text.trim() === "") return null;
  const range = document.createRange();
  range.selectNodeContents(node);
  const box = range.getBoundingClientRect();
  const room = parent.getBoundingClientRect();
  // words for screen readers are a pixel large
  if (room.width <= 1) return null;
  const style = getComputedStyle(parent);
  const upright = !style.writingMode.startsWith("vertical");
  const share = upright ? room.width / box.width : room.height / box.height;
  const [cx, cy] = [
    middle(box.x, box.width, room.x, room.width) - x,
    middle(box.y, box.height, room.y, room.height) - y,
  ];
  const [fill] = plainColour(style.color);
  const words = svgElement("text", {
    x: cx,
    y: cy,
    fill,
    "text-anchor": "middle",
    "dominant-baseline": "central",
    "font-family": style.fontFamily,
    "font-size": style.fontSize,
    "font-weight": style.fontWeight,
  });
  if (!upright) setAll(words, { transform: `rotate(-90 ${cx} ${cy})` });
  words.textContent = share < 0.99 ? `${text.slice(0, Math.max(1, Math.floor(text.length * share) - 1))}…` : text;
  return words;
}

/** Of the words, or of the room that they are cut off at. */
function middle(start: number, length: number, from: number, room: number): number {
  return length > room ? from + room / 2 : start + length / 2;
}
