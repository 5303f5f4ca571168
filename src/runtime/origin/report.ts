// Where a NaN or infinity began, in words: formula with its operands, operation, timestep, sample, line, and who handed it on.
import type { BundledModel } from "../../protocol/model.ts";
import type { Node, Parameter, Tensor } from "../../training/engine.ts";
import type { TrainingRun } from "../../training/run.ts";
import { rangeOf } from "../events.ts";
import type { UserStack } from "../userStack.ts";
import { anyGradient, anyValue } from "./explain/explanation.ts";
import { explanations } from "./explain/table.ts";
import { Names } from "./names.ts";
import { indexOf, type Operand, showNumber } from "./operand.ts";
import type { Origin } from "./trace.ts";
import { explainUpdate } from "./update.ts";

export interface OriginReport {
  /** `log(p[3,7] = 0) = −∞` */
  readonly formula: string;
  /** `log, forward, in layer head, timestep 3, sample 3 of the batch, model.ts:12` */
  readonly where: string;
  /** Expression that gives the tensor at the pause, or empty. */
  readonly evaluateName: string;
  /** `∞`, `−∞` or `NaN`. */
  readonly value: string;
}

/** What the report is made of, beside the origin itself. */
export interface Context {
  readonly run: TrainingRun;
  readonly user: UserStack;
  readonly model: BundledModel;
}

export function reportOrigin(context: Context, origin: Origin): OriginReport {
  const names = new Names(context.run, context.user);
  const { node } = origin;
  switch (origin.kind) {
    case "forward": {
      const y = names.output(node);
      const { i } = origin;
      const c = { node, x: operands(names, node), y, i, limit: limitOf(context.run) };
      const explanation = explanations[node.operation];
      const formula = explanation.kind === "computes" ? explanation.forward(c) : anyValue(c);
      return finished(context, node, formula, "forward", y, i, expressionFor(y));
    }
    case "backward": {
      const { of, j } = origin;
      const { c, dx } = backwardCase(names, context.run, node, of, j);
      const explanation = explanations[node.operation];
      const formula = explanation.kind === "computes" && c.k >= 0 ? explanation.backward(c) : anyGradient(c);
      const name = [...context.run.parameters].find(([p]) => p === of)?.[1];
      return finished(context, node, formula, "backward", dx, j, name === undefined ? "" : `parameter("${name}").grad`);
    }
    case "given": {
      const x = names.input(node, node.inputs.indexOf(origin.tensor));
      const came = origin.tensor === context.run.batch?.input || origin.tensor === context.run.batch?.target;
      const formula = `${x.at(origin.i)} ${came ? "came so from the data" : "was so before this iteration began"}`;
      return finished(context, node, formula, "forward", x, origin.i, expressionFor(x));
    }
  }
}

export function reportUpdate(context: Context, name: string, parameter: Parameter, i: number): OriginReport {
  const { run, model } = context;
  const owner = run.model.namedModules().find(([, module]) => module.ownParameters().some(([, p]) => p === parameter));
  const line = lineOf(model, owner?.[1].creationSite ?? -1);
  return {
    formula: explainUpdate(run, name, parameter, i),
    where: [`update of ${name} by ${run.optimizer.name}`, line].filter((part) => part !== "").join(", "),
    evaluateName: `parameter("${name}")`,
    value: showNumber(parameter.floats.array[i]),
  };
}

/** Operations that only handed it on, in their order: `mul (line 13), sum (line 13)`. */
export function handedOn(model: BundledModel, nodes: readonly Node[], most = 4): string {
  const words = [
    ...new Set(
      nodes.map(({ title, here }) => {
        const range = rangeOf(model, here.site);
        return range === null ? title : `${title} (line ${range.line})`;
      }),
    ),
  ];
  const rest = words.length - most;
  return rest > 0 ? `${words.slice(0, most).join(", ")} and ${rest} more` : words.join(", ");
}

function finished(
  { run, model }: Context,
  node: Node,
  formula: string,
  phase: "forward" | "backward",
  operand: Operand,
  i: number,
  evaluateName: string,
): OriginReport {
  const layer = node.scope?.owner.path ?? "";
  const where = [
    `${node.title} ${run.phase === "loss" && phase === "forward" ? "" : phase}`.trim(),
    layer === "" ? "" : `in layer ${layer}`,
    node.timestep < 0 ? "" : `timestep ${node.timestep}`,
    sampleOf(run, operand, i),
    lineOf(model, node.here.site),
  ];
  return {
    formula,
    where: where.filter((part) => part !== "").join(", "),
    evaluateName,
    value: showNumber(operand.value(i)),
  };
}

/** The first dimension is the batch where it is as large; a parameter's is not. */
function sampleOf(run: TrainingRun, operand: Operand, i: number): string {
  const size = run.batch?.input.shape[0];
  const named = [...run.parameters.values()].some((name) => operand.name.endsWith(name));
  if (named || operand.shape.length === 0 || operand.shape[0] !== size) return "";
  return `sample ${indexOf(operand.shape, i)[0]} of the batch`;
}

function lineOf(model: BundledModel, site: number): string {
  const range = rangeOf(model, site);
  return range === null ? "" : `${range.file.split(/[/\\]/).at(-1)}:${range.line}`;
}

function operands(names: Names, node: Node): Operand[] {
  return node.inputs.map((_, k) => names.input(node, k));
}

function backwardCase(names: Names, run: TrainingRun, node: Node, of: Tensor, j: number) {
  const x = operands(names, node);
  const y = names.output(node);
  const k = node.inputs.indexOf(of);
  const dx = names.gradient(of, k < 0 ? y : x[k]);
  const dy = names.gradient(node.output, y);
  return { c: { node, x, y, dy, k, dx, j, limit: limitOf(run) }, dx };
}

function limitOf(run: TrainingRun): number {
  return run.engine.kernels.dtype === "float32" ? 3.4028234663852886e38 : Number.MAX_VALUE;
}

/** A plain name can be evaluated at the pause. */
function expressionFor({ name }: Operand): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? name : "";
}
