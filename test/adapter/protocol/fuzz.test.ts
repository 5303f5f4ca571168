// Ten thousand random requests to real sessions: each has its one answer, all are of the protocol, and no thread stays.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Worker } from "node:worker_threads";
import { WorkerRuntimes } from "../../../src/adapter/runtime/workerRuntime.ts";
import { endless, modelFile } from "../clients/models.ts";
import { isEvent, isResponse } from "../conformance.ts";
import { dist, RawClient } from "./rawClient.ts";
import { moving, RequestGenerator } from "./requests.ts";

const sessions = 21;
const requestsEach = 480;
/** So many at most are under way at once. */
const mostAtOnce = 8;
/** How long the slowest answer may take. */
const patience = 20_000;

const expressions = [
  "loss",
  "h",
  "h[0, 1]",
  "this",
  "this.rnn.weight_hh_l0",
  "this.rnn.weight_hh_l0.grad.norm()",
  "gradNorm > 5 && phase === 'backward'",
  "t === 0",
  "iteration % 100 === 0",
  "> 3",
  "h = {h.std()} at {t}",
  "optimizer.learningRate",
  "learningRate = 0.01",
  "clipGradNorm = 2",
  "optimizer.learningRate = 0.02",
  "parameter('head.bias')",
  "rnn",
  "rnn[t=1]",
  "head.*",
  "0.5",
  "NaN",
  "1 +",
  "((((((((",
  "x.y.z",
  "'",
  "process.exit()",
];

const own = {
  "gradientDebugger/chain": [
    { layer: "rnn" },
    { layer: "rnn", sample: 3 },
    { layer: "head" },
    { layer: "rnn", sample: 9 },
  ],
  "gradientDebugger/set": [
    {},
    { learningRate: 0.05 },
    { clipGradNorm: null },
    { learningRate: "fast" },
    { clipGradNorm: 1 },
  ],
};

const alive = new Set<Worker>();
const track = (worker: Worker) => {
  alive.add(worker);
  worker.once("exit", () => alive.delete(worker));
};
process.on("worker", track);
after(() => process.off("worker", track));

test("ten thousand random requests", { timeout: 300_000 }, async () => {
  const runtimes = new WorkerRuntimes({ dist });
  const program = modelFile(endless);
  const paths = [program, `${program}.js`, "/nowhere/x.ts", "", "untitled:1", "relative.ts"];
  const clients: RawClient[] = [];
  const slow: string[] = [];
  for (let session = 0; session < sessions; session++) {
    const client = new RawClient(runtimes);
    const generator = new RequestGenerator({ seed: 1000 + session, paths, expressions, own });
    clients.push(client);
    // a few are never begun in good order
    if (session % 10 !== 9) await client.begin(program, [9], { stopOnEntry: session % 2 === 0 });
    await storm(client, generator, slow);
    await end(client, session);
  }
  const sent = clients.reduce((sum, { requests }) => sum + requests.length, 0);
  assert.ok(sent >= 10_000, String(sent));
  assert.deepEqual(slow, []);
  const wrong = clients.flatMap((client) => client.wrong());
  assert.deepEqual(wrong.slice(0, 10), [], `${wrong.length} wrong messages`);
  // both kinds of answers are there in numbers, so the requests have met a session that works
  const answers = clients.flatMap(({ log }) => log.filter(isResponse));
  const successes = answers.filter(({ success }) => success).length;
  assert.ok(successes > 2000 && answers.length - successes > 2000, `${successes} of ${answers.length}`);
  await runtimes.dispose();
  await settled(() => alive.size === 0, 5000);
  assert.equal(alive.size, 0, "threads that are left");
});

async function storm(client: RawClient, generator: RequestGenerator, slow: string[]): Promise<void> {
  let learned = 0;
  const learn = () => {
    for (; learned < client.log.length; learned++) generator.learn(client.log[learned]);
  };
  const send = (command: string, args: unknown) =>
    timely(client.send(command, args), () => slow.push(`${command} ${JSON.stringify(args)}`));
  while (client.requests.length < requestsEach) {
    const still = generator.below(3) > 0;
    await pausing(client);
    if (still) {
      // what the next ones ask for is there as a rule
      await send("stackTrace", { threadId: 1 });
      learn();
      await send("scopes", { frameId: generator.frame });
      learn();
    }
    const requests = Array.from({ length: 1 + generator.below(mostAtOnce) }, () => generator.next(still));
    await Promise.all(requests.map(({ command, args }) => send(command, args)));
    learn();
  }
}

/** Most requests make sense at a pause only, so there is one as a rule when the next ones are sent. */
async function pausing(client: RawClient): Promise<void> {
  const isPaused = () => {
    const last = client.log.findLast((message) => {
      const moves = isResponse(message) && message.success && moving.has(message.command);
      return moves || (isEvent(message) && ["stopped", "terminated"].includes(message.event));
    });
    return last !== undefined && isEvent(last);
  };
  if (isPaused()) return;
  await client.send("pause", { threadId: 1 });
  await settled(isPaused, 100);
}

/** In good order, in the middle of a step, or without a word. */
async function end(client: RawClient, session: number): Promise<void> {
  if (session % 3 === 0) await client.send("disconnect");
  else if (session % 3 === 1) {
    void client.send("stepIn", { threadId: 1 });
    void client.send("continue", { threadId: 1 });
    await client.send("disconnect");
  } else client.hangUp();
  await client.ended;
}

async function timely(answer: Promise<unknown>, late: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      late();
      resolve();
    }, patience);
  });
  await Promise.race([answer, expired]);
  clearTimeout(timer);
}

async function settled(done: () => boolean, most: number): Promise<void> {
  for (let waited = 0; waited < most && !done(); waited += 5) await new Promise((resolve) => setTimeout(resolve, 5));
}
