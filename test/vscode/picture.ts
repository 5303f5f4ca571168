// Makes pictures of the README, media/screenshot.png and media/readme/inspector.jpg: a real VS Code, paused in the backward
// pass of Moby Dick, and its inspector alone.
// `npm run build && node --import tsx test/vscode/picture.ts`
import { join } from "node:path";
import type { Page } from "playwright-core";
import { root } from "./host/install.ts";
import { Scene } from "./ui/scene.ts";

const size = { width: 1600, height: 1000 };
const settings = {
  "debug.internalConsoleOptions": "neverOpen",
  "editor.minimap.enabled": false,
  "editor.fontSize": 13,
  "editor.lightbulb.enabled": "off",
  "breadcrumbs.enabled": false,
  "debug.toolBarLocation": "commandCenter", // floating, it would lie over the inspector's tab
};

const scene = await Scene.open({ size, settings });
try {
  const { page } = scene.driver;
  await scene.openModel("moby-dick");
  await scene.pauseInBackward(12, 500);
  // Room for the charts: the side bar as narrow as its rows allow, code and inspector side by side.
  await dragFrom(page, ".part.sidebar", 322);
  await dragFrom(page, ".editor-group-container >> nth=0", 731);
  await scene.curve("Gradient through time");
  await scene.driver.unfold("Gradients");
  await scene.driver.variable(/^δ_t/).waitFor();
  await scene.driver.command("Notifications: Clear All Notifications");
  await page.mouse.move(700, 990);
  await page.locator(".workbench-hover-container").waitFor({ state: "detached" });
  await toTop();
  await page.screenshot({ path: join(root, "media/screenshot.png") });

  await page.setViewportSize({ width: 1900, height: 1500 });
  await scene.curve("Gradient through time");
  await toTop();
  const inspector = page.locator(".editor-group-container").last();
  await inspector.screenshot({ path: join(root, "media/readme/inspector.jpg"), type: "jpeg", quality: 80 });
} finally {
  await scene.close();
}

/** Shows the step at hand, once the page has drawn it. */
async function toTop(): Promise<void> {
  await scene.inspector("body").evaluate("window.scrollTo(0, 0)");
  await scene.inspector("#panel-equation .katex").first().waitFor();
  await scene.inspector("#panel-flow svg").first().waitFor();
}

/** Drags the right edge of a part of the window to this place. */
async function dragFrom(page: Page, part: string, to: number): Promise<void> {
  const box = await page.locator(part).boundingBox();
  if (box === null) throw new Error(`${part} is not in sight`);
  const y = box.y + box.height * 0.8;
  await page.mouse.move(box.x + box.width, y);
  await page.mouse.down();
  await page.mouse.move(to, y, { steps: 4 });
  await page.mouse.up();
}
