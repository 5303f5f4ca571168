// The menu of a panel that saves its pictures. A picture is any <svg>, <canvas> or <table> with a `data-picture="its name"`.
import { icon, make, setAttribute, setHidden, setText } from "../dom.ts";
import type { Actions } from "../views/view.ts";
import { type Picture, type PictureFormat, pictureOf } from "./picture.ts";

const arrow = "M7.25 1.5h1.5v6.2l2.2-2.2l1.05 1.05l-4 4l-4-4l1.05-1.05l2.2 2.2zM2.5 12.5h11v1.5h-11z";

export interface SaveMenu {
  /** A button with its menu; stands at the end of the panel's head. */
  readonly element: HTMLElement;
  /** Shows the button while the panel has a picture. */
  update(): void;
}

export function createSaveMenu(panel: HTMLElement, actions: Actions): SaveMenu {
  const what = panel.getAttribute("aria-label") ?? "panel";
  const label = `Save a picture of ${what}`;
  const attributes = { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": label };
  const button = make("button", "save", { ...attributes, title: "Save picture" }, icon(arrow));
  const menu = make("div", "save-menu", { role: "menu", "aria-label": label });
  const said = make("span", "save-said", { role: "status" });
  const element = make("div", "save-place", {}, said, button, menu);
  const items = (): HTMLButtonElement[] => [...menu.querySelectorAll("button")];
  setHidden(menu, true);
  setHidden(element, true);

  const close = (): void => {
    setHidden(menu, true);
    setAttribute(button, "aria-expanded", "false");
  };
  const save = async (picture: Picture, format: PictureFormat): Promise<void> => {
    close();
    button.focus();
    try {
      const data = await pictureOf(picture, format);
      const { saved } = await actions.ask("savePicture", { name: nameOf(picture), format, data });
      setText(said, saved ? "saved" : "");
    } catch (error) {
      setText(said, `not saved: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const open = (): void => {
    menu.replaceChildren(
      ...picturesOf(panel).flatMap((picture) =>
        (["png", "svg"] as const).map((format) => {
          const item = make("button", "", { type: "button", role: "menuitem", tabindex: "-1" });
          item.textContent = `${nameOf(picture)} as ${format.toUpperCase()}`;
          item.addEventListener("click", () => void save(picture, format));
          return item;
        }),
      ),
    );
    setText(said, "");
    setHidden(menu, false);
    setAttribute(button, "aria-expanded", "true");
    items()[0]?.focus();
  };
  button.addEventListener("click", () => (menu.hidden ? open() : close()));
  button.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" || !menu.hidden) return;
    event.preventDefault();
    open();
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
      button.focus();
      return;
    }
    const all = items();
    const i = all.findIndex((item) => item.matches(":focus"));
    const to: Readonly<Record<string, number>> = {
      ArrowDown: (i + 1) % all.length,
      ArrowUp: (i + all.length - 1) % all.length,
      Home: 0,
      End: all.length - 1,
    };
    if (!Object.hasOwn(to, event.key)) return;
    event.preventDefault();
    all[to[event.key]]?.focus();
  });
  element.addEventListener("focusout", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && element.contains(relatedTarget))) close();
  });
  return {
    element,
    update: () => setHidden(element, panel.querySelector("[data-picture]:not([hidden], [hidden] *)") === null),
  };
}

function picturesOf(panel: HTMLElement): Picture[] {
  return [...panel.querySelectorAll<Picture>("svg[data-picture], canvas[data-picture], table[data-picture]")].filter(
    (picture) => picture.checkVisibility() && picture.getBoundingClientRect().width > 0,
  );
}

function nameOf(picture: Picture): string {
  return picture.dataset.picture ?? "picture";
}
