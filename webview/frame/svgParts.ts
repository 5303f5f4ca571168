// What every way of making an SVG of the page needs: names, elements, and colours that any program reads.

export const space = "http://www.w3.org/2000/svg";

/** An element of SVG with attributes. */
export function svgElement(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(space, name);
  setAll(element, attributes);
  return element;
}

/** What the element is drawn upon. */
export function backgroundOf(element: Element): string {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const [colour, opacity] = plainColour(getComputedStyle(at).backgroundColor);
    if (opacity > 0.99) return colour;
  }
  return "rgb(255, 255, 255)";
}

const colours = new Map<string, readonly [string, number]>();

/** Any colour of CSS, mixed ones too, as `rgb(…)` and an opacity from 0 to 1. */
export function plainColour(value: string): readonly [string, number] {
  const known = colours.get(value);
  if (known !== undefined) return known;
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  if (context === null) return [value, 1];
  context.fillStyle = value;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
  const plain = [`rgb(${red}, ${green}, ${blue})`, Math.round((1000 * alpha) / 255) / 1000] as const;
  colours.set(value, plain);
  return plain;
}

export function titled(text: string): SVGElement {
  const title = document.createElementNS(space, "title");
  title.textContent = text;
  return title;
}

export function setAll(element: Element, attributes: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, `${value}`);
}
