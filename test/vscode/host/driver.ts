// The gestures of a user in a VS Code window, by playwright: palette, editor, debugger, output; knows nothing of the extension.
import type { FrameLocator, Locator, Page } from "playwright-core";

/** Two busy cores are slow, and a wait ends as soon as what it waits for is there. */
const patience = Number(process.env.TEST_PATIENCE ?? 30_000);

export type DebugButton =
  | "continue"
  | "pause"
  | "step-over"
  | "step-into"
  | "step-out"
  | "step-back"
  | "reverse-continue"
  | "restart"
  | "stop";

export class Driver {
  constructor(readonly page: Page) {
    page.setDefaultTimeout(patience);
  }

  /** Runs a command from the palette by its whole title. */
  async command(title: string): Promise<void> {
    await this.pick("F1", `>${title}`, title);
  }

  async openFile(name: string): Promise<void> {
    await this.pick("Control+P", name, name);
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.line(1).waitFor();
  }

  /** The rows of an open quick pick; waits for the first. */
  async choices(): Promise<string[]> {
    await this.quickRows.first().waitFor();
    return this.quickRows.allInnerTexts();
  }

  /** Picks a row of a quick pick that is open. */
  async choose(text: string): Promise<void> {
    await this.quickRows.filter({ hasText: text }).first().click();
  }

  /** Types into an input box that is open, and accepts. */
  async answer(text: string): Promise<void> {
    await this.quickInput.waitFor();
    await this.quickInput.fill(text);
    await this.page.keyboard.press("Enter");
  }

  /** The number of a line in the active editor; scrolled to by `goTo`. */
  line(number: number): Locator {
    return this.page
      .locator(".editor-group-container.active .margin-view-overlays .line-numbers")
      .filter({ hasText: new RegExp(`^${number}$`) })
      .first();
  }

  /** Moves the caret to a line, so that it is in view. */
  async goTo(number: number): Promise<void> {
    await this.ask("Control+G", `:${number}`, async () => true);
    await this.page.keyboard.press("Enter");
    await this.line(number).waitFor();
  }

  /** Clicks in the gutter left of a line's number, as one sets a breakpoint. */
  async clickGutter(number: number): Promise<void> {
    await this.goTo(number);
    const box = await this.line(number).boundingBox();
    if (box === null) throw new Error(`Line ${number} is not in view`);
    await this.page.mouse.click(box.x - 8, box.y + box.height / 2);
  }

  /** Opens the menu of the gutter left of a line's number and takes an entry. */
  async gutterMenu(number: number, entry: string): Promise<void> {
    await this.goTo(number);
    const box = await this.line(number).boundingBox();
    if (box === null) throw new Error(`Line ${number} is not in view`);
    await this.page.mouse.click(box.x - 8, box.y + box.height / 2, { button: "right" });
    await this.chooseFromMenu(entry);
  }

  /** Chooses an entry of the context menu that is opening; in its first moments a menu takes no click. */
  async chooseFromMenu(text: string): Promise<void> {
    const entry = this.page.locator(".monaco-menu .action-label", { hasText: text }).first();
    await entry.waitFor();
    for (const end = Date.now() + patience; ; ) {
      await soon(entry.click(short));
      if (await soon(entry.waitFor({ state: "hidden", timeout: 500 }))) return;
      if (Date.now() > end) throw new Error(`The menu does not take a click on ${text}`);
    }
  }

  /** Evaluates in the debug console, which it brings to the front. */
  async evaluate(expression: string): Promise<void> {
    await this.typeInConsole(expression);
    // the list of completions would take the Enter
    await this.page.keyboard.press("Escape");
    await this.page.keyboard.press("Enter");
  }

  /** Types into the debug console, in place of what is there, and leaves it. */
  async typeInConsole(text: string): Promise<void> {
    await this.command("Debug Console: Focus on Debug Console View");
    await this.typeInto(".repl .repl-input-wrapper .monaco-editor", text);
  }

  /** Types into a small editor, in place of what is there; one that has just come up has the focus a little later. */
  async typeInto(selector: string, text: string): Promise<void> {
    const editor = this.page.locator(selector).first();
    await editor.click();
    await this.page.locator(`${selector}.focused`).first().waitFor();
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.type(text);
    const shown = `document.querySelector(${JSON.stringify(`${selector} .view-lines`)})?.textContent`;
    await this.page.waitForFunction(`${shown}?.replaceAll("\\u00a0", " ") === ${JSON.stringify(text)}`);
  }

  /** A row of the debug console. */
  consoleRow(text: RegExp): Locator {
    return this.page.locator(".repl .monaco-list-row", { hasText: text }).first();
  }

  /** The text of a line of the active editor that contains `text`; ordinary blanks. */
  lineWith(text: string): Locator {
    return this.page.locator(".editor-group-container.active .view-line", { hasText: text }).first();
  }

  /** Rests the mouse on a word of the line that contains `text`, and returns what the hover says. */
  async hover(text: string, word: string): Promise<string> {
    const token = this.lineWith(text)
      .locator("span > span")
      .filter({ hasText: new RegExp(`(^|\\W)${word}($|\\W)`) })
      .first();
    await this.page.mouse.move(5, 5);
    await token.hover();
    const box = this.page.locator(".monaco-hover:not(.hidden) .hover-contents, .debug-hover-widget").first();
    await box.waitFor();
    return (await this.page.locator(".monaco-hover:not(.hidden), .debug-hover-widget").allInnerTexts())
      .join("\n")
      .replaceAll("\u00a0", " ");
  }

  async showDebugView(): Promise<void> {
    await this.page.keyboard.press("Control+Shift+D");
    await this.page.locator(".debug-call-stack").waitFor();
  }

  /** A button of the debugger, whose toolbar floats or stands in the window's title. */
  button(name: DebugButton): Locator {
    return this.page.locator(`:is(.debug-toolbar, .part.titlebar) .action-label.codicon-debug-${name}`);
  }

  /** The rows of the call stack, innermost first; waits for the outermost, since VS Code asks for the top one alone first. */
  async callStack(outermost: RegExp): Promise<string[]> {
    const rows = this.page.locator(".debug-call-stack .monaco-list-row .stack-frame .label");
    await rows.filter({ hasText: outermost }).first().waitFor();
    return rows.allInnerTexts();
  }

  /** Waits until the innermost row of the call stack reads so. */
  async topOfStack(name: string): Promise<void> {
    const top = this.page.locator(".debug-call-stack .monaco-list-row .stack-frame .label").first();
    await top.filter({ hasText: new RegExp(`^${name.replace(/[.[\]]/g, "\\$&")}$`) }).waitFor();
  }

  /** Waits until the debugger stands on this line of the file. */
  async stoppedAt(line: number): Promise<void> {
    await this.page
      .locator(".debug-call-stack .line-number")
      .filter({ hasText: new RegExp(`^${line}:`) })
      .first()
      .waitFor();
  }

  /** Closes a part of the debug view, so that the others have its room. */
  async closePane(title: string): Promise<void> {
    const pane = this.page.locator(".pane-header", { hasText: new RegExp(`^${title}`) }).first();
    if ((await pane.getAttribute("aria-expanded")) === "true") await pane.click();
    await this.page.locator('.pane-header[aria-expanded="false"]', { hasText: title }).first().waitFor();
  }

  /** A row of the variables, a scope among them; `name = value`. */
  variable(text: RegExp): Locator {
    return this.page.locator(".debug-variables .monaco-list-row", { hasText: text }).first();
  }

  /** Opens or closes a row of the variables. The list is made anew after each step, so that a click may miss it. */
  async unfold(name: string, open = true): Promise<void> {
    const row = this.variable(new RegExp(`^${name}$`));
    const changed = this.page.locator(`.debug-variables .monaco-list-row[aria-expanded="${open}"]`, {
      hasText: new RegExp(`^${name}$`),
    });
    for (const end = Date.now() + patience; !(await changed.isVisible()); ) {
      if (Date.now() > end) throw new Error(`The row ${name} of the variables does not ${open ? "open" : "close"}`);
      await row.click();
      await soon(changed.waitFor(short));
    }
  }

  /** The document inside the visible webview. */
  webview(): FrameLocator {
    return this.page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
  }

  /** The text of the status bar, item by item. */
  statusBar(): Promise<string[]> {
    return this.page.locator(".part.statusbar .statusbar-item").allInnerTexts();
  }

  private get quickInput(): Locator {
    return this.page.locator(".quick-input-widget input.input");
  }

  private get quickRows(): Locator {
    return this.page.locator(".quick-input-list .monaco-list-row");
  }

  /** Opens a quick pick, types, and takes the row. */
  private async pick(key: string, text: string, row: string): Promise<void> {
    const wanted = this.quickRows.filter({ hasText: row }).first();
    await this.ask(key, text, async () => (await soon(wanted.waitFor(short))) && soon(wanted.click(short)));
    await wanted.waitFor({ state: "hidden" });
  }

  /**
   * Opens a quick pick, types, and goes on. Begins again while the key goes astray or the input closes at once, as it does
   * when a webview takes the focus a little later, and while the list is older than what is looked for.
   */
  private async ask(key: string, text: string, goOn: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + patience; ; ) {
      await this.page.keyboard.press(key);
      const typed = (await soon(this.quickInput.waitFor(short))) && (await soon(this.quickInput.fill(text, short)));
      if (typed && (await goOn())) return;
      if (Date.now() > end) throw new Error(`"${text}" finds nothing: ${await this.quickRows.allInnerTexts()}`);
      await this.page.keyboard.press("Escape");
    }
  }
}

/** For a wait after which something is tried again. */
const short = { timeout: 2000 };

/** Whether something comes about in its time. */
function soon(what: Promise<void>): Promise<boolean> {
  return what.then(
    () => true,
    () => false,
  );
}
