// Tells how much of the machine other programs took while something was measured, so that a limit in milliseconds means the same everywhere.
import { readdirSync, readFileSync } from "node:fs";

/** Variable that carries a factor into the extension host. */
export const contentionVariable = "GRADIENT_DEBUGGER_CONTENTION";

/** Below this the machine counts as idle: the system itself is never quite still. */
const noticeable = 1.1;
/** Others also take what we leave idle; had we wanted it, a fair scheduler would have given us this share of it at least. */
const worst = 4;

/** Clock ticks of all processors since the machine was started. */
interface Usage {
  readonly total: number;
  readonly idle: number;
  /** Of this process and all that it has started. */
  readonly own: number;
}

/**
 * Begins to watch; the function it returns gives the factor by which others have lengthened what was done since: the
 * whole machine over what they left of it. 1 on an idle machine, 2 where half of it belonged to others. Linux only;
 * elsewhere always 1.
 */
export function watchContention(): () => number {
  if (process.platform !== "linux") return () => 1;
  const before = readUsage();
  return () => {
    const after = readUsage();
    const total = after.total - before.total;
    const others = total - (after.idle - before.idle) - (after.own - before.own);
    const factor = total / Math.max(total - others, 1);
    return factor < noticeable ? 1 : Math.min(factor, worst);
  };
}

/** Waits, for half a minute at most, until the machine is mostly idle: a window that opens keeps it busy for some seconds. */
export async function settled(): Promise<void> {
  if (process.platform !== "linux") return;
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const before = readUsage();
    await new Promise((done) => setTimeout(done, 700));
    const after = readUsage();
    if (after.idle - before.idle >= 0.7 * (after.total - before.total)) return;
  }
}

/** Fields as in proc(5): user, nice, system, idle, iowait, irq, softirq, steal; what follows is part of the first two. */
function readUsage(): Usage {
  const [line] = readFileSync("/proc/stat", "utf8").split("\n", 1);
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
  return { total: ticks.reduce((sum, value) => sum + value, 0), idle: ticks[3] + ticks[4], own: readOwn() };
}

function readOwn(): number {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const known = processes.flatMap((pid) => readProcess(pid) ?? []);
  let own = 0;
  for (let family = [process.pid]; family.length > 0; ) {
    own += known.filter(({ pid }) => family.includes(pid)).reduce((sum, { ticks }) => sum + ticks, 0);
    const parents = family;
    family = known.filter(({ parent }) => parents.includes(parent)).map(({ pid }) => pid);
  }
  return own;
}

/** Null for a process that has just gone. */
function readProcess(pid: string): { pid: number; parent: number; ticks: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name before it, in parentheses, may contain anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    // utime, stime, and the same of children that have ended.
    const ticks = fields.slice(11, 15).reduce((sum, value) => sum + Number(value), 0);
    return { pid: Number(pid), parent: Number(fields[1]), ticks };
  } catch {
    return null;
  }
}
