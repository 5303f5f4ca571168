// The inspector's pages: one in the side bar, any number in editors of this and of other windows, all of the same run.
import * as vscode from "vscode";
import type { InspectorState } from "../../protocol/inspector/inspector.ts";
import { encodeToWebview } from "../../protocol/inspector/inspectorWire.ts";
import type { StoreChange } from "../runStore.ts";
import { InspectorPage, type InspectorParts } from "./inspectorPage.ts";

const panelType = "gradientDebugger.inspector";
const viewId = "gradientDebugger.inspectorView";
const title = "Gradient Inspector";

/** A page in an editor. */
interface Editor {
  readonly panel: vscode.WebviewPanel;
  readonly page: InspectorPage;
}

export class Inspector implements vscode.Disposable, vscode.WebviewViewProvider {
  readonly #parts: InspectorParts;
  readonly #subscriptions: vscode.Disposable[];
  /** The one that was opened last comes first. */
  #editors: readonly Editor[] = [];
  /** A kept run that the pages show instead of the one that is going on; null: that one. */
  #kept: InspectorState | null = null;
  #side: { readonly view: vscode.WebviewView; readonly page: InspectorPage } | null = null;

  constructor(parts: InspectorParts) {
    this.#parts = parts;
    this.#subscriptions = [
      parts.store.onChange((change) => this.#forward(change)),
      vscode.window.registerWebviewPanelSerializer(panelType, {
        deserializeWebviewPanel: async (panel) => {
          this.#adopt(panel);
        },
      }),
      vscode.window.registerWebviewViewProvider(viewId, this),
    ];
  }

  /** Shows the inspector beside the editor, which keeps the focus. */
  open(): void {
    this.#openEditor();
  }

  /** A run begins: shows the inspector unless the side bar shows it already. */
  openIfHidden(): void {
    if (this.#editors.length > 0 || this.#side?.view.visible !== true) this.#openEditor();
  }

  /** Shows one more page, in a window of its own. */
  async openInNewWindow(): Promise<void> {
    // The command moves the editor that has the focus.
    this.#adopt(vscode.window.createWebviewPanel(panelType, title, vscode.ViewColumn.Active));
    await vscode.commands.executeCommand("workbench.action.moveEditorToNewWindow");
  }

  /** Shows the inspector with this parameter in view; null: as it was. */
  show(parameter: string | null): void {
    const side = this.#editors.length === 0 && this.#side?.view.visible === true ? this.#side.page : null;
    (side ?? this.#openEditor().page).show(parameter);
  }

  get showsKept(): boolean {
    return this.#kept !== null;
  }

  /** Shows a kept run in all pages until the next run begins; null: the run that is going on or was last. */
  showKept(state: InspectorState | null): void {
    this.#kept = state;
    for (const page of this.#pages) page.reset();
  }

  /** The kept runs are not what they were; `overlay`: these are to be looked at. */
  keptRunsChanged(overlay: readonly string[] | null): void {
    if (overlay !== null) this.openIfHidden();
    for (const page of this.#pages) page.keptRunsChanged(overlay);
  }

  /** VS Code calls it when the side bar's view is first shown. */
  resolveWebviewView(view: vscode.WebviewView): void {
    const page = this.#page(view.webview);
    const side = { view, page };
    this.#side = side;
    const hidden = view.onDidChangeVisibility(() => {
      if (!view.visible) page.hidden();
    });
    view.onDidDispose(() => {
      hidden.dispose();
      page.dispose();
      if (this.#side === side) this.#side = null;
    });
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const { panel } of this.#editors) panel.dispose();
    this.#side?.page.dispose();
  }

  #openEditor(): Editor {
    const open = this.#editors.at(0);
    if (open === undefined) {
      const beside = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      return this.#adopt(vscode.window.createWebviewPanel(panelType, title, beside));
    }
    open.panel.reveal(undefined, true);
    return open;
  }

  #adopt(panel: vscode.WebviewPanel): Editor {
    const page = this.#page(panel.webview);
    const editor = { panel, page };
    this.#editors = [editor, ...this.#editors];
    const hidden = panel.onDidChangeViewState(() => {
      if (!panel.visible) page.hidden();
    });
    panel.onDidDispose(() => {
      hidden.dispose();
      page.dispose();
      this.#editors = this.#editors.filter((other) => other !== editor);
    });
    return editor;
  }

  get #pages(): readonly InspectorPage[] {
    return [...this.#editors, ...(this.#side === null ? [] : [this.#side])].map(({ page }) => page);
  }

  #page(webview: vscode.Webview): InspectorPage {
    return new InspectorPage(webview, this.#parts, () => this.#kept);
  }

  #forward(change: StoreChange): void {
    if (change.type === "reset") this.#kept = null;
    const pages = this.#pages;
    if (pages.length === 0 || this.#kept !== null) return;
    if (change.type === "reset") {
      for (const page of pages) page.reset();
      return;
    }
    // Written once, however many pages there are.
    const news = encodeToWebview({ type: "events", events: change.events });
    for (const page of pages) page.send(news);
  }
}
