// The page in Chromium for the tests of a file.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { type Inspector, type InspectorBrowser, type OpenOptions, startBrowser } from "./browser.ts";

/** Opens a page, and afterwards checks that it complained of nothing. */
type WithPage = (options: OpenOptions, run: (inspector: Inspector) => Promise<void>) => Promise<void>;

/** The browser too, for a page that is meant to complain; it exists when the tests run. */
interface Pages extends WithPage {
  browser(): InspectorBrowser;
}

/** A browser for the tests of this file. */
export function pages(): Pages {
  let browser: InspectorBrowser;
  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser.close());
  const withPage: WithPage = async (options, run) => {
    const inspector = await browser.open(options);
    try {
      await run(inspector);
      assert.deepEqual(inspector.complaints, []);
    } finally {
      await inspector.close();
    }
  };
  return Object.assign(withPage, { browser: () => browser });
}
