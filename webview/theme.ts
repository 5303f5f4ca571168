// Colours and fonts of the window's theme, for what is drawn on a canvas; the style sheet reads the variables itself.

export interface Palette {
  readonly foreground: string;
  /** Text that explains. */
  readonly muted: string;
  readonly grid: string;
  readonly axis: string;
  readonly train: string;
  readonly trainFaint: string;
  readonly validation: string;
  readonly gradient: string;
  readonly gradientFaint: string;
  readonly rate: string;
  /** Of what is wrong: not a number, infinite. */
  readonly bad: string;
  /** Of other runs, with dashes that tell them apart without colour; at least one. */
  readonly others: readonly string[];
  readonly shade: string;
  readonly background: string;
  readonly hoverBackground: string;
  readonly hoverForeground: string;
  readonly hoverBorder: string;
  /** Ring around what the keyboard is at. */
  readonly focus: string;
  readonly fontFamily: string;
  readonly monoFamily: string;
  /** Pixels. */
  readonly fontSize: number;
}

/** Bluish green, vermilion, reddish purple, yellow-brown of Okabe & Ito 2008, which colour-blind people tell apart. */
const safeHues = ["#009e73", "#d55e00", "#cc79a7", "#b8860b"];

export function readPalette(): Palette {
  const style = getComputedStyle(document.body);
  const read = (name: string, instead: string): string => style.getPropertyValue(`--vscode-${name}`).trim() || instead;
  const contrast = document.body.classList.contains("vscode-high-contrast") || hasLightContrast();
  const foreground = read("foreground", style.color);
  const background = read("editor-background", style.backgroundColor);
  const train = read("charts-blue", foreground);
  const gradient = read("charts-purple", foreground);
  return {
    foreground,
    muted: contrast ? foreground : read("descriptionForeground", foreground),
    grid: fade(foreground, contrast ? 0.3 : 0.1),
    axis: fade(foreground, contrast ? 0.9 : 0.3),
    train,
    trainFaint: fade(train, contrast ? 0.55 : 0.35),
    validation: opaque(read("charts-orange", foreground)),
    gradient,
    gradientFaint: fade(gradient, contrast ? 0.7 : 0.45),
    rate: read("charts-green", foreground),
    bad: read("charts-red", foreground),
    others: safeHues.map((hue) => `color-mix(in srgb, ${hue} 78%, ${foreground})`),
    shade: fade(foreground, contrast ? 0.08 : 0.05),
    background,
    hoverBackground: read("editorHoverWidget-background", background),
    hoverForeground: read("editorHoverWidget-foreground", foreground),
    hoverBorder: read("editorHoverWidget-border", foreground),
    focus: read("focusBorder", foreground),
    fontFamily: read("font-family", style.fontFamily),
    monoFamily: read("editor-font-family", "monospace"),
    fontSize: Number.parseFloat(read("font-size", style.fontSize)) || 13,
  };
}

/**
 * Calls back after the theme has changed. VS Code changes the body's class with the kind of theme, and the root
 * element's style with its colours; both arrive before the next frame.
 */
export function watchTheme(onChange: () => void): void {
  let waiting = false;
  const observer = new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      onChange();
    });
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id"] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
}

function hasLightContrast(): boolean {
  return document.body.classList.contains("vscode-high-contrast-light");
}

/** VS Code derives some chart colours from highlights, which are see-through in some themes. */
function opaque(colour: string): string {
  return `rgb(from ${colour} r g b / 1)`;
}

function fade(colour: string, share: number): string {
  return `color-mix(in srgb, ${colour} ${share * 100}%, transparent)`;
}
