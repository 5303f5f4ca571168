// Who takes part in the benchmark and how one workload of it is started: every measurement is a process of its own.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Engine, Workload } from "./workloads.ts";

/** What a contender's process prints as its last line. */
export interface Timing {
  readonly engine: string;
  readonly workload: string;
  readonly medianMs: number;
  /** Wall time over all measured steps, whatever went on between them included. */
  readonly meanMs: number;
  readonly steps: number;
  /** Instruction sets, threads, libraries: what the time depends on. */
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

export const contenderNames = ["ours", "ours2", "torch", "tfjs"] as const;
export type ContenderName = (typeof contenderNames)[number];

export interface Contender {
  readonly name: ContenderName;
  takes(workload: Workload): boolean;
  /** @throws Error when its process fails */
  run(workload: Workload, seconds: number): Timing;
}

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
/** A process that takes longer than this hangs. */
const timeout = 180_000;

/** The contenders of these peers (`ours`, `tfjs`, `torch`); one that is not installed is left out and said so. */
export function contendersOf(peers: readonly string[]): readonly Contender[] {
  return [
    ...(peers.includes("ours") ? [ours("ours", 1), ours("ours2", 2)] : []),
    ...(peers.includes("torch") ? pytorch() : []),
    ...(peers.includes("tfjs") ? [tensorflow()] : []),
  ];
}

/**
 * Node options for our own processes. Node 20 has relaxed SIMD behind a flag of V8, which holds for the whole process, worker
 * threads included; later versions have it without and refuse to start with the flag once V8 drops it.
 */
export function relaxedSimdOptions(): readonly string[] {
  const module = here("../../dist/kernels.relaxed.wasm");
  const program = `process.exit(WebAssembly.validate(require("node:fs").readFileSync(${JSON.stringify(module)})) ? 0 : 1)`;
  const options = [[], ["--experimental-wasm-relaxed-simd"]];
  return options.find((flags) => succeeds(process.execPath, [...flags, "-e", program])) ?? [];
}

function ours(name: ContenderName, threads: number): Contender {
  const options = relaxedSimdOptions();
  return {
    name,
    takes: ({ goals }) => threads === 1 || goals.twoThreadsToTorch !== undefined,
    run: (workload, seconds) => {
      const args = [...options, "--import", "tsx", here("ours.ts"), ...task(workload, "ours", seconds)];
      return timingOf(process.execPath, [...args, String(threads)]);
    },
  };
}

/** TensorFlow.js is installed when somebody benchmarks, never with the package. */
function tensorflow(): Contender {
  if (!existsSync(here("node_modules/@tensorflow"))) {
    console.log("installing TensorFlow.js into test/bench …");
    execFileSync("npm", ["ci"], { cwd: here("."), stdio: "inherit", shell: process.platform === "win32" });
  }
  return {
    name: "tfjs",
    takes: () => true,
    run: (workload, seconds) => timingOf(process.execPath, [here("tfjs.mjs"), ...task(workload, "tfjs", seconds)]),
  };
}

function pytorch(): Contender[] {
  const python = ["python3", "/usr/bin/python3", "python"].find((name) => succeeds(name, ["-c", "import torch"]));
  if (python === undefined) {
    console.log("PyTorch is not installed, so its column stays empty (Debian: python3-torch and libopenblas0-pthread)");
    return [];
  }
  const oneThread = { OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
  return [
    {
      name: "torch",
      takes: () => true,
      run: (workload, seconds) =>
        timingOf(python, [here("torch_bench.py"), ...task(workload, "torch", seconds)], oneThread),
    },
  ];
}

/** The arguments that all contenders' scripts take alike. */
function task({ name, steps }: Workload, engine: Engine, seconds: number): string[] {
  const { warmUp, least } = steps[engine];
  return [name, String(seconds), String(warmUp), String(least)];
}

function timingOf(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Timing {
  const output = execFileSync(program, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...environment },
    timeout,
  });
  return JSON.parse(output.trim().split("\n").at(-1) ?? "");
}

function succeeds(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
