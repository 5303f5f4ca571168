// The commands train, grads and check.
import { renameSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { HeadlessTraining } from "../runtime/headless.ts";
import { UsageError } from "./usage.ts";

/** Relative error above which an analytic gradient counts as wrong (float64; cs231n notes on gradient checks). */
const checkLimit = 1e-4;

/** Progress lines appear at most this often, in milliseconds. */
const progressEvery = 1000;

export async function train(args: readonly string[], dist: string): Promise<number> {
  const { file, values } = parse(args, {
    epochs: { type: "string" },
    iterations: { type: "string" },
    seed: { type: "string" },
    threads: { type: "string" },
    deterministic: { type: "boolean" },
    load: { type: "string" },
    save: { type: "string" },
    json: { type: "boolean" },
  });
  const json = values.json === true;
  let shown = performance.now();
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const training = await HeadlessTraining.open(file, {
    dist,
    seed: whole("seed", values.seed, 0),
    epochs: whole("epochs", values.epochs, 1),
    iterations: whole("iterations", values.iterations, 1),
    threads: whole("threads", values.threads, 1),
    deterministic: values.deterministic === true,
    load: text(values.load),
    onIteration: (r) => {
      if (json) say(JSON.stringify(r));
      else if (performance.now() - shown >= progressEvery) {
        shown = performance.now();
        say(
          `epoch ${r.epoch}  iteration ${r.iteration}  loss ${r.loss.toPrecision(4)}  gradient norm ${r.gradNorm.toPrecision(3)}`,
        );
      }
    },
    onValidation: (r) => {
      if (json)
        say(JSON.stringify({ iteration: r.iteration, epoch: r.epoch, validationLoss: r.loss, accuracy: r.accuracy }));
      else {
        const accuracy = r.accuracy === null ? "" : `  accuracy ${(100 * r.accuracy).toFixed(1)} %`;
        say(`epoch ${r.epoch}  validation loss ${r.loss.toPrecision(4)}${accuracy}`);
      }
    },
  });
  if (!json)
    say(
      `${training.model.name}: ${training.model.parameterCount.toLocaleString("en")} parameters; ${training.model.data}`,
    );
  try {
    training.train();
  } finally {
    // also after an error: nothing that was trained is lost
    const save = text(values.save);
    if (save !== undefined) writeWhole(save, training.weights());
  }
  return 0;
}

export async function grads(args: readonly string[], dist: string): Promise<number> {
  const { file, values } = parse(args, { load: { type: "string" }, out: { type: "string" } });
  const out = text(values.out);
  if (out === undefined) throw new UsageError("grads needs --out FILE");
  const training = await HeadlessTraining.open(file, { dist, load: text(values.load) });
  writeWhole(out, training.gradients());
  return 0;
}

export async function check(args: readonly string[], dist: string): Promise<number> {
  const { file } = parse(args, {});
  const training = await HeadlessTraining.open(file, { dist, double: true });
  const checks = training.check();
  const width = Math.max(...checks.map(({ name }) => name.length));
  let wrong = 0;
  for (const c of checks) {
    const ok = c.worst <= checkLimit;
    if (!ok) wrong++;
    const where = ok
      ? ""
      : `  at element ${c.index}: backward says ${c.analytic.toPrecision(6)}, the difference quotient ${c.numeric.toPrecision(6)}`;
    process.stdout.write(
      `${ok ? "ok   " : "WRONG"} ${c.name.padEnd(width)}  relative error ${c.worst.toExponential(1)} over ${c.elements} elements${where}\n`,
    );
  }
  process.stdout.write(
    wrong === 0 ? "all gradients agree\n" : `${wrong} of ${checks.length} parameters have a wrong gradient\n`,
  );
  return wrong === 0 ? 0 : 1;
}

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

function parse(
  args: readonly string[],
  options: NonNullable<ParseArgsConfig["options"]>,
): { file: string; values: Values } {
  let parsed: { values: Values; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const [file, ...rest] = parsed.positionals;
  if (file === undefined) throw new UsageError("the model file is missing");
  if (rest.length > 0) throw new UsageError(`one model file, please, not also ${rest.join(" ")}`);
  return { file: resolve(file), values: parsed.values };
}

function text(value: Values[string]): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function whole(name: string, value: Values[string], least: number): number | undefined {
  if (value === undefined) return undefined;
  const n = Number(value);
  if (!Number.isSafeInteger(n) || n < least)
    throw new UsageError(`--${name} takes a whole number of at least ${least}, not ${String(value)}`);
  return n;
}

/** Writes beside the file and renames, so that no half-written file is ever there under its name. */
function writeWhole(file: string, bytes: Uint8Array): void {
  const beside = `${file}.writing`;
  writeFileSync(beside, bytes);
  renameSync(beside, file);
}
