// What axe-core finds on the inspector's page.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Inspector, root } from "./browser.ts";
import { type ThemeName, themes } from "./themes.ts";

export const themeNames = Object.keys(themes) as ThemeName[];

/** The rules that can find something else in another theme; all others see the same page in each. */
const rulesOfColour = ["color-contrast", "link-in-text-block"];

interface Finding {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/**
 * A line for each violation on the page as it is. In one theme all rules count that are on by themselves, those of best
 * practice too; in the others those of colour.
 *
 * @param within a selector; default: the whole page
 */
export async function audit({ page }: Inspector, theme: ThemeName, within = "html"): Promise<string[]> {
  if (await page.evaluate<boolean>("window.axe === undefined")) await page.evaluate(axeSource());
  const options = { resultTypes: ["violations"], ...(theme !== themeNames[0] && { runOnly: rulesOfColour }) };
  const found = await page.evaluate<Finding[]>(
    `axe.run(${JSON.stringify(within)}, ${JSON.stringify(options)}).then(({ violations }) => violations)`,
  );
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id} (${help}): ${html.slice(0, 200)} ${failureSummary}`),
  );
}

function axeSource(): string {
  return readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8");
}
