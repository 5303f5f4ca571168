// Small helpers to make elements and to change only what has changed.

type Attributes = Readonly<Record<string, string>>;
type Child = Node | string;

/** An element with classes (space separated), attributes and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = "",
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A 16 × 16 drawing in the text's colour; `path` is SVG path data. */
export function icon(path: string): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const shape = document.createElementNS(space, "path");
  for (const [name, value] of Object.entries({ viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" })) {
    svg.setAttribute(name, value);
  }
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Empty text takes the attribute away. */
export function setAttribute(element: Element, name: string, value: string): void {
  if (value === "") element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

export function setHidden(element: HTMLElement, hidden: boolean): void {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/** Where something lies along a track, 0 to 1; negative: nowhere. Read by the style sheet as `--NAME`. */
export function setPlace(element: HTMLElement, name: string, share: number): void {
  const value = share < 0 ? "" : `${(share * 100).toFixed(2)}%`;
  if (element.style.getPropertyValue(`--${name}`) !== value) element.style.setProperty(`--${name}`, value);
}

/** A text link that does something in the editor instead of going somewhere. */
export function link(className: string, onClick: () => void): HTMLButtonElement {
  const button = make("button", `link ${className}`, { type: "button" });
  button.addEventListener("click", onClick);
  return button;
}

/**
 * Keeps one element per key under `parent`, in the order of the keys: new ones are made, old ones go, all are updated.
 */
export class KeyedList<T, V extends { readonly element: HTMLElement }> {
  readonly #parent: HTMLElement;
  readonly #create: (key: string) => V;
  readonly #views = new Map<string, V>();

  constructor(parent: HTMLElement, create: (key: string) => V) {
    this.#parent = parent;
    this.#create = create;
  }

  update(items: readonly T[], keyOf: (item: T) => string, show: (view: V, item: T) => void): void {
    const keys = new Set(items.map(keyOf));
    for (const [key, view] of this.#views) {
      if (keys.has(key)) continue;
      view.element.remove();
      this.#views.delete(key);
    }
    items.forEach((item, i) => {
      const key = keyOf(item);
      let view = this.#views.get(key);
      if (view === undefined) {
        view = this.#create(key);
        this.#views.set(key, view);
      }
      if (this.#parent.children[i] !== view.element) {
        this.#parent.insertBefore(view.element, this.#parent.children[i] ?? null);
      }
      show(view, item);
    });
  }

  values(): Iterable<V> {
    return this.#views.values();
  }
}
