// The frame of the page in Chromium: panels out of sight wait, fold, are jumped to; the keyboard, and what is waited for.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Inspector } from "./browser.ts";
import { pages } from "./pages.ts";
import { mlp, records, scenes } from "./runs.ts";

const withPage = pages();

/** Titles of the list that one jumps from. */
const jumps = ({ page }: Inspector): Promise<string[]> => page.locator(".jump-to").allTextContents();

test("while news keep coming a panel out of sight is left alone, and drawn as soon as it is scrolled to", () =>
  withPage({ height: 500 }, async (inspector) => {
    const { page } = inspector;
    await inspector.show(scenes.running());
    // One panel first of all, another one far below, whatever else there is.
    await page.evaluate(`(() => {
      const panel = (name) => document.querySelector('section[aria-label="' + name + '"]');
      panel("Parameters").style.order = "-1";
      panel("Gradient by layer").style.order = "1";
      panel("Gradient by layer").style.marginTop = "3000px";
    })()`);
    await inspector.settled();
    const [drawnInSight, drawnBelow, atTheEnd, afterScroll] = await page.evaluate<number[]>(`(async () => {
      const drawings = (name) => {
        const counter = { count: 0 };
        const seen = () => counter.count++;
        new MutationObserver(seen).observe(document.querySelector('section[aria-label="' + name + '"]'), { subtree: true, childList: true, characterData: true, attributes: true });
        return counter;
      };
      const above = drawings("Parameters");
      const below = drawings("Gradient by layer");
      const batches = ${JSON.stringify(Array.from({ length: 10 }, (_, i) => ({ ...scenes.running().statistics, iteration: 410 + i })))};
      for (const report of batches) {
        const records = ${JSON.stringify(records(mlp, 420).slice(400))}.slice(0, report.iteration - 400);
        window.postMessage({ type: "events", events: [{ type: "iterations", records }, { type: "statistics", report }] }, "*");
        await new Promise((done) => setTimeout(done, 60));
      }
      const counts = [above.count, below.count];
      // With nothing more to come it catches up by itself.
      while (document.querySelector("[data-behind]")) await new Promise((done) => setTimeout(done, 20));
      counts.push(below.count);
      window.postMessage({ type: "events", events: [{ type: "statistics", report: { ...batches[9], iteration: 500 } }] }, "*");
      while (document.querySelector("[data-behind='']")) await new Promise((done) => setTimeout(done, 5));
      document.querySelector('section[aria-label="Gradient by layer"]').scrollIntoView();
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      counts.push(below.count);
      return counts;
    })()`);
    assert.ok(drawnInSight >= 3, `${drawnInSight} drawings in sight`);
    assert.equal(drawnBelow, 0, "drawings out of sight while news keep coming");
    assert.ok(atTheEnd > 0, "nothing was drawn when nothing more came");
    assert.ok(afterScroll > atTheEnd, "nothing was drawn after scrolling");
    assert.match(
      (await page.locator('section[aria-label="Gradient by layer"] .section-note').textContent()) ?? "",
      /iteration 500/,
    );
  }));

test("a folded panel keeps its heading alone, is not drawn, and is folded again on the next page", async () => {
  let kept: unknown;
  await withPage({}, async (inspector) => {
    await inspector.show(scenes.running());
    const panel = inspector.page.locator('section[aria-label="Parameters"]');
    const fold = panel.getByRole("button", { name: "Parameters", exact: true });
    const open = (await panel.boundingBox())?.height ?? 0;
    await fold.click();
    await inspector.settled();
    const closed = (await panel.boundingBox())?.height ?? 0;
    assert.ok(closed > 20 && closed < 60 && open > 2 * closed, `${open} pixels open, ${closed} folded`);
    assert.equal(await fold.getAttribute("aria-expanded"), "false");
    assert.equal(await panel.locator("tbody tr:visible").count(), 0);
    await inspector.page.evaluate("window.dispatchEvent(new Event('pagehide'))");
    kept = await inspector.kept();
  });
  await withPage({ kept }, async (inspector) => {
    await inspector.show(scenes.pausedUpdate());
    const panel = inspector.page.locator('section[aria-label="Parameters"]');
    assert.equal(await panel.locator("tbody tr").count(), 0, "rows were made for nobody");
    await panel.getByRole("button", { name: "Parameters", exact: true }).click();
    await panel.locator("tbody tr.current", { hasText: "rnn.weight_hh_l0" }).waitFor();
  });
});

test("the list of panels has those that are there, and a key or a click goes to one", () =>
  withPage({ height: 500 }, async (inspector) => {
    const { page } = inspector;
    await inspector.show(scenes.idle());
    assert.equal(await page.locator(".jump:visible").count(), 0, "before a run there is nowhere to go");
    await inspector.show(scenes.running());
    const running = await jumps(inspector);
    assert.ok(running.includes("Parameters") && !running.includes("Time"), `an MLP has ${running}`);
    await inspector.show(scenes.pausedBackward());
    assert.ok((await jumps(inspector)).includes("Time"), "a recurrent layer has timesteps");

    const top = (): Promise<number> =>
      page.evaluate(`(() => {
        const below = document.querySelector(".header").getBoundingClientRect().bottom;
        return document.querySelector('section[aria-label="Parameters"]').getBoundingClientRect().top - below;
      })()`);
    await page.locator(".jump-to").first().focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await inspector.settled();
    const room = await page.evaluate<number>(
      "document.documentElement.scrollHeight - window.innerHeight - window.scrollY",
    );
    assert.ok(room < 1 || (await top()) < 20, "the panel is below the header, or the page at its end");
    assert.ok((await top()) >= 0, "the header hides its beginning");
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Parameters");
    assert.equal(await page.locator(".jump-to[tabindex='0']").count(), 1, "one stop for the Tab key");
  }));

/** What has the focus, in words. */
const focused = ({ page }: Inspector): Promise<string> =>
  page.evaluate("document.activeElement === document.body ? '' : document.activeElement.textContent.trim()");

test("the Tab key comes to the way past the top first, then to the buttons, the list of panels, the panels", () =>
  withPage({}, async (inspector) => {
    const { page } = inspector;
    await inspector.show(scenes.pausedBackward());
    const stops: string[] = [];
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press("Tab");
      stops.push(await focused(inspector));
    }
    assert.deepEqual(stops.slice(0, 3), ["Skip to the panels", "Continue", "Equation"]);
    assert.match(stops[3], /^char-rnn\.model\.ts:12$/, "the line that the run stands at");
    await page.locator(".skip").focus();
    const { width = 0 } = (await page.locator(".skip").boundingBox()) ?? {};
    assert.ok(width > 60, "it is seen while it has the focus");
    await page.keyboard.press("Enter");
    assert.equal(await focused(inspector), "Equation");
    assert.equal(await page.evaluate("document.activeElement.className"), "fold");
  }));

test("arrow keys move in the row of buttons, and stepping on with Enter keeps the focus", () =>
  withPage({}, async (inspector) => {
    const { page } = inspector;
    const paused = scenes.pausedBackward();
    await inspector.show(paused);
    await page.locator("vscode-button:visible").first().focus();
    await page.keyboard.press("ArrowRight");
    assert.equal(await focused(inspector), "Step Into");
    await page.keyboard.press("Enter");
    assert.deepEqual((await inspector.sent()).at(-1), { type: "command", command: "stepInto" });
    await inspector.send({ type: "events", events: [{ type: "continued" }] });
    await inspector.settled();
    assert.equal(await page.locator("vscode-button:visible[disabled]").count(), 3, "no steps while it runs");
    await inspector.show(paused);
    assert.equal(await focused(inspector), "Step Into", "back where it was");
    await page.keyboard.press("Home");
    assert.equal(await focused(inspector), "Continue");
    await inspector.send({ type: "events", events: [{ type: "continued" }] });
    await inspector.settled();
    assert.equal(await focused(inspector), "Pause", "what stands in its place");
    await inspector.show(paused);
    assert.equal(await focused(inspector), "Continue");
    // whoever goes elsewhere is left there
    await page.locator(".place-source").focus();
    await inspector.send({ type: "events", events: [{ type: "continued" }] });
    await inspector.settled();
    await inspector.show(paused);
    assert.doesNotMatch(await focused(inspector), /Continue|Pause/);
  }));

test("a panel whose question takes long says so, until the answer is there", () =>
  withPage({}, async (inspector) => {
    const { page } = inspector;
    await inspector.show(scenes.pausedBackward());
    const panel = page.locator('section[aria-label="Gradient through time"]');
    await panel.scrollIntoViewIfNeeded();
    const line = panel.locator(".head-wait-line");
    await line.waitFor();
    assert.equal(await line.textContent(), "waiting for the run …");
    assert.equal(await panel.locator(".head-wait").getAttribute("role"), "status");
    const asked = (await inspector.sent()) as { readonly type: string; readonly id: number }[];
    for (const { type, id } of asked) {
      if (type === "ask") await inspector.send({ type: "answer", id, ok: false, message: "the run has ended" });
    }
    await line.waitFor({ state: "hidden" });
  }));

test("until the host has said what there is the page claims nothing, and says what it waits for", () =>
  withPage({}, async (inspector) => {
    const { page } = inspector;
    assert.equal(await page.locator(".welcome:visible").count(), 0);
    await page.locator(".busy-line", { hasText: "Waiting for the extension" }).waitFor();
    await inspector.show(scenes.idle());
    await page.locator(".welcome").waitFor();
    assert.equal(await page.locator(".busy-line:visible").count(), 0);
  }));

test("who wants less motion sees nothing turn", () =>
  withPage({}, async (inspector) => {
    const { page } = inspector;
    await inspector.show(scenes.loading());
    const ring = page.locator(".loading vscode-progress-ring");
    assert.ok(await ring.isVisible());
    await page.emulateMedia({ reducedMotion: "reduce" });
    assert.ok(!(await ring.isVisible()));
    await page.emulateMedia({ reducedMotion: "no-preference" });
    await page.evaluate(`document.body.classList.add("vscode-reduce-motion")`);
    assert.ok(!(await ring.isVisible()), "VS Code's own setting");
    assert.match((await page.locator(".loading").textContent()) ?? "", /Loading char-rnn\.model\.ts/);
  }));
