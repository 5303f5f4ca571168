// The page with a picture of the model at play in sight, and what is read from it.
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";
import type { Inspector } from "../browser.ts";

export const surface = 'section[aria-label="Decision surface"]';
export const sample = 'section[aria-label="Text sample"]';
export const confusion = 'section[aria-label="Confusion"]';

/** Shows the state with this panel in sight. */
export async function show(inspector: Inspector, state: InspectorState, section: string): Promise<void> {
  await inspector.show(state);
  await inspector.page.locator(section).scrollIntoViewIfNeeded();
  await inspector.settled();
}

export async function shot({ page }: Inspector, section: string, name: string): Promise<void> {
  await page.locator(section).screenshot({ path: `test/webview/screenshots/playing-${name}.png` });
}

/** What is seen of the elements, in one line each. */
export async function texts({ page }: Inspector, selector: string): Promise<string[]> {
  const all = await page.evaluate<string[]>(
    `[...document.querySelectorAll(${JSON.stringify(selector)})].filter((e) => e.checkVisibility()).map((e) => e.innerText)`,
  );
  return all.map((each) => each.replaceAll(/\s+/g, " ").trim());
}
