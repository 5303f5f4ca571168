// What the inspector costs, on a model of 200 parameters: how long it takes to open on a long history, how smoothly it goes on
// while training runs at full speed, how much it slows the training. Usage: node --import tsx measure.ts SECONDS.
// Prints one line of JSON. The page is the real one, in Chromium; training runs in its worker, from the built dist/.
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";
import { encodeToWebview } from "../../../src/protocol/inspector/inspectorWire.ts";
import { type Inspector, type InspectorBrowser, startBrowser } from "../../webview/browser.ts";
import { type InspectorCosts, medianOf, type Smoothness, spreadOf } from "../report.ts";
import { Host } from "./host.ts";

const seconds = Number(process.argv[2]);
const size = { width: 1100, height: 900 };
const iterations = 10_000;
const openings = 5;
/** Times that the page is opened and closed again beside a training: many short ones, because the machine's speed wanders. */
const turns = 45;
/** Seconds of training with the page, and without, in a turn. */
const stretch = 1;
/** Parts of the page that are looked at one after the other, from its top to its end. */
const places = [0, 0.5, 1];

const browser = await startBrowser();
const host = new Host();
await host.start();
const page = await browser.open(size);
await host.listen(page);
const result = { ...(await trainingBeside(page)), ...(await opening(browser, await longHistory())) };
console.log(JSON.stringify(result satisfies InspectorCosts));
await host.dispose();
await browser.close();

/** The training's speed with and without a page, in turns; then frames a second at each place of the page. */
async function trainingBeside(inspector: Inspector) {
  await pause(1000);
  const slowed: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const speeds: Record<"shown" | "alone", number> = { shown: 0, alone: 0 };
    // another one begins in every turn
    for (const what of turn % 2 === 0 ? (["shown", "alone"] as const) : (["alone", "shown"] as const)) {
      await host.show(what === "shown" ? inspector : null);
      await goTo(inspector, places[turn % places.length]);
      await pause(300);
      speeds[what] = await speed(stretch);
    }
    slowed.push(speeds.alone / speeds.shown - 1);
  }
  await host.show(inspector);
  await pause(500);
  const smoothness: Smoothness[] = [];
  const before = { sent: host.sent, at: performance.now() };
  for (const place of places) {
    await goTo(inspector, place);
    await pause(300);
    smoothness.push({ place, ...(await inspector.page.evaluate<Omit<Smoothness, "place">>(countFrames(3 * seconds))) });
  }
  const kilobytesPerSecond = (host.sent - before.sent) / (performance.now() - before.at);
  return { slowed: spreadOf(slowed), iterationsPerSecond: await speed(seconds), smoothness, kilobytesPerSecond };
}

async function goTo({ page: shown }: Inspector, place: number): Promise<void> {
  await shown.evaluate(`window.scrollTo(0, ${place} * document.documentElement.scrollHeight)`);
}

/** Iterations a second that the worker finishes in this time. */
async function speed(duration: number): Promise<number> {
  const from = { iteration: host.store.state.last?.iteration ?? 0, at: performance.now() };
  await pause(1000 * duration);
  return ((host.store.state.last?.iteration ?? 0) - from.iteration) / ((performance.now() - from.at) / 1000);
}

/** The state after this many iterations, with whatever the run has told by then. */
async function longHistory(): Promise<InspectorState> {
  await host.show(null);
  while ((host.store.state.last?.iteration ?? 0) < iterations) await pause(100);
  return host.store.state;
}

/** Opens fresh pages on this state while nothing is trained. */
async function opening({ open }: InspectorBrowser, state: InspectorState) {
  await host.dispose();
  const whole: number[] = [];
  const complete: number[] = [];
  let text = "";
  for (let i = 0; i < openings; i++) {
    const inspector = await open(size);
    await inspector.settled();
    const began = performance.now();
    text = encodeToWebview({ type: "hydrate", state });
    const encoding = performance.now() - began;
    const [inSight, all] = await inspector.page.evaluate<[number, number]>(untilDrawn(text));
    whole.push(encoding + inSight);
    complete.push(encoding + all);
    await inspector.close();
  }
  return {
    parameters: state.model?.parameters.length ?? 0,
    history: state.last?.iteration ?? 0,
    openMs: spreadOf(whole),
    completeMs: medianOf(complete),
    hydrateKilobytes: text.length / 1000,
  };
}

/** Milliseconds from the message to the frame with everything in sight, and to the one with the rest. */
function untilDrawn(text: string): string {
  return `new Promise((done) => {
    const element = document.querySelector(".page");
    const began = performance.now();
    let inSight = 0;
    const look = () => {
      const { behind } = element.dataset;
      if (behind !== "") inSight ||= performance.now() - began;
      if (behind === undefined) done([inSight, performance.now() - began]);
      else requestAnimationFrame(look);
    };
    window.addEventListener("message", () => requestAnimationFrame(look), { once: true });
    window.postMessage(${JSON.stringify(text)}, "*");
  })`;
}

/** Frames a second on the whole and in the worst second, and the longest wait for one, in milliseconds. */
function countFrames(duration: number): string {
  return `new Promise((done) => {
    const frames = [];
    const begin = performance.now();
    const frame = (now) => {
      frames.push(now);
      if (now - begin < ${1000 * duration}) return requestAnimationFrame(frame);
      const gaps = frames.slice(1).map((at, i) => at - frames[i]);
      const worst = frames.filter((at) => at < now - 1000).map((at) => frames.filter((other) => other >= at && other < at + 1000).length);
      done({
        framesPerSecond: (1000 * gaps.length) / (frames.at(-1) - frames[0]),
        worstSecond: Math.min(...worst),
        longestGapMs: Math.max(...gaps),
      });
    };
    requestAnimationFrame(frame);
  })`;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
