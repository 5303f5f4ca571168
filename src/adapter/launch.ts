// The launch configuration: what a client may write in it, checked before anything is started. Opens no file.
import { resolve } from "node:path";
import type { LaunchOptions } from "../protocol/requests.ts";
import { largestPrecision } from "../protocol/values.ts";
import { errors, type LaunchArguments } from "./dap.ts";

/** A checked launch configuration. */
export interface Launch {
  /** Absolute path of the model file. */
  readonly program: string;
  readonly options: Omit<LaunchOptions, "breakpoints">;
  readonly forwardEvents: boolean;
}

/** @throws RequestError naming the property, what it must be and what it is. */
export function readLaunch(args: Partial<LaunchArguments>): Launch {
  const { program, cwd = ".", stopOnEntry = false, noDebug = false, __forwardEvents = false } = args;
  if (typeof program !== "string" || program === "") throw wrong("program", "the path of a model file", program);
  if (typeof cwd !== "string") throw wrong("cwd", "the path of a folder", cwd);
  const debug = !flag("noDebug", noDebug);
  return {
    program: resolve(cwd, program),
    options: {
      stopOnEntry: flag("stopOnEntry", stopOnEntry) && debug,
      debug,
      seed: wholeNumber("seed", 0, args.seed),
      epochs: wholeNumber("epochs", 1, args.epochs),
      ...(args.threads === undefined ? {} : { threads: wholeNumber("threads", 1, args.threads) ?? 1 }),
      ...(args.precision === undefined ? {} : { precision: digits("precision", args.precision) }),
      ...(args.historyMegabytes === undefined
        ? {}
        : { historyMegabytes: wholeNumber("historyMegabytes", 0, args.historyMegabytes) ?? undefined }),
      ...(args.debugFromIteration === undefined
        ? {}
        : { debugFromIteration: wholeNumber("debugFromIteration", 1, args.debugFromIteration) ?? 1 }),
      ...(args.__playing === undefined ? {} : { playing: flag("__playing", args.__playing) }),
      ...(args.deterministic === undefined ? {} : { deterministic: flag("deterministic", args.deterministic) }),
    },
    forwardEvents: flag("__forwardEvents", __forwardEvents),
  };
}

function flag(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw wrong(name, "true or false", value);
}

/** Null when it is left out; clients write null for that, too. */
function wholeNumber(name: string, least: number, value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
  throw wrong(name, `a whole number of at least ${least}`, value);
}

function digits(name: string, value: unknown): number {
  const whole = typeof value === "number" && Number.isInteger(value);
  if (whole && value >= 1 && value <= largestPrecision) return value;
  throw wrong(name, `a whole number of digits from 1 to ${largestPrecision}`, value);
}

function wrong(name: string, wanted: string, value: unknown): Error {
  const found = value === undefined ? "is missing" : `is ${JSON.stringify(value)}`;
  return errors.badLaunch(`"${name}" of the launch configuration must be ${wanted}, but ${found}`);
}
