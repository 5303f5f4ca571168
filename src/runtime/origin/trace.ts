// Where numbers that are not finite began: the way back from the loss, and the first operation that made them.
import type { Node, Tensor } from "../../training/engine.ts";
import type { TrainingRun } from "../../training/run.ts";
import { explanations } from "./explain/table.ts";
import { firstNonFinite, firstNonFiniteGradient, isFiniteTensor, outputOf } from "./region.ts";

/** An operation, and what of it is not finite. */
export type Origin =
  /** Element `i` of its output, from finite inputs. */
  | { readonly kind: "forward"; readonly node: Node; readonly i: number }
  /** Element `j` of the gradient of `of`, from a finite gradient of its output. */
  | { readonly kind: "backward"; readonly node: Node; readonly of: Tensor; readonly j: number }
  /** Element `i` of a tensor that no operation of this iteration made: a parameter, the batch, a constant. */
  | { readonly kind: "given"; readonly node: Node; readonly tensor: Tensor; readonly i: number };

/**
 * Operations on the way from where the numbers began to the loss: those whose output is not finite and goes, through
 * others like it, into the loss. By their place on the tape.
 */
export function wayToLoss(run: TrainingRun): Set<number> {
  const way = new Set<number>();
  if (run.loss === null) return way;
  const wanted = new Set<Tensor>([run.loss]);
  const { tape } = run.engine;
  for (let i = tape.length - 1; i >= 0; i--) {
    const node = tape[i];
    if (!wanted.has(node.output) || firstNonFinite(outputOf(node)) < 0) continue;
    way.add(i);
    for (const x of node.inputs) if (!isFiniteTensor(x)) wanted.add(x);
  }
  return way;
}

/**
 * Is this operation, which has just been computed, where it begins? `intended` collects infinities that the user wrote,
 * such as those of a mask: what only hands them on is not where it begins.
 */
export function originAt(run: TrainingRun, node: Node, intended: Set<Tensor>): Origin | null {
  const i = firstNonFinite(outputOf(node));
  if (i < 0) return null;
  for (const x of node.inputs) {
    const at = firstNonFinite({ tensor: x, part: null });
    // a recurrent layer writes its gates over its input, so the input is what the operation itself has just written
    if (at < 0 || intended.has(x) || x === node.output) continue;
    if (run.engine.tape.some(({ output }) => output === x)) return null;
    if (cameFromOutside(run, x)) return { kind: "given", node, tensor: x, i: at };
    intended.add(x);
  }
  const handsOn = explanations[node.operation].kind === "keeps" && node.inputs.some((x) => intended.has(x));
  if (!handsOn) return { kind: "forward", node, i };
  intended.add(node.output);
  return null;
}

/** The first operation on the way to the loss, judged by what its tensors hold at the end of forward. */
export function forwardOrigin(run: TrainingRun, way: ReadonlySet<number>): Origin | null {
  const intended = new Set<Tensor>();
  const { tape } = run.engine;
  for (const i of [...way].sort((a, b) => a - b)) {
    if (overwritten(tape, i)) continue;
    const origin = originAt(run, tape[i], intended);
    if (origin !== null) return origin;
  }
  return null;
}

/** Has this operation's backward just made a gradient that is not finite? All were finite before it. */
export function backwardOriginAt(node: Node): Origin | null {
  for (const of of new Set([...node.inputs, node.output])) {
    const j = firstNonFiniteGradient(of);
    if (j >= 0) return { kind: "backward", node, of, j };
  }
  return null;
}

/** The first operation of backward with a finite gradient above and one that is not below, judged when backward is over. */
export function backwardOrigin(run: TrainingRun): Origin | null {
  const { tape } = run.engine;
  for (let i = tape.length - 1; i >= 0; i--) {
    const node = tape[i];
    if (node.backward === null || !node.output.hasGradient) continue;
    if (firstNonFiniteGradient(node.output) >= 0 && !node.inputs.includes(node.output)) continue;
    const origin = backwardOriginAt(node);
    if (origin !== null) return origin;
  }
  return null;
}

/** Gates are written over the input of a recurrent layer, so that later its own values are not known any more. */
function overwritten(tape: readonly Node[], i: number): boolean {
  const { output, timestep } = tape[i];
  return timestep < 0 && tape.some((later, j) => j > i && later.timestep >= 0 && later.output === output);
}

/** Is it a parameter, or of the batch? What else no operation has made is a constant of the user's. */
function cameFromOutside({ parameters, batch }: TrainingRun, x: Tensor): boolean {
  return x === batch?.input || x === batch?.target || [...parameters.keys()].some((p) => p === x);
}
