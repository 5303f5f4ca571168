// The language of expressions: JavaScript that only reads, and PyTorch's indices on tensors. Knows no values.
import { type AnyNode, type Expression, parseExpressionAt } from "acorn";
import { children } from "../bundle/syntax.ts";

/** What an expression names, so that it can be changed. */
export type Target =
  /** `x[0, 3]`, `x.at(0, 3)` */
  | { readonly kind: "index"; readonly base: string; readonly indices: readonly string[] }
  /** `optimizer.learningRate` */
  | { readonly kind: "member"; readonly base: string; readonly name: string }
  | { readonly kind: "other" };

/** `target = value`, as the console takes it. */
export interface Assignment {
  readonly target: string;
  readonly value: string;
}

/** The names under which a rewritten expression finds the two ways to take elements. */
export const indexName = "$index";
export const atName = "$at";

/** Methods that change the training; an expression reads. */
const changing = new Set(
  "backward zeroGrad step change freeze unfreeze train eval loadStateDict resetState gradient setMomentum setState".split(
    " ",
  ),
);

/**
 * The expression as plain JavaScript: `x[0, 3]` and `x.at(0, 3)` become calls.
 * @throws Error for what is no expression, and for one that would change something
 */
export function readingExpression(text: string): string {
  const root = parse(text);
  refuseChanges(root);
  return rewrite(root, text);
}

/** The two sides when the text is an assignment, else null. @throws Error for what is no expression, and for `+=` */
export function assignmentIn(text: string): Assignment | null {
  // most of what is typed has no "=" at all
  if (!text.includes("=")) return null;
  const root = parse(text);
  if (root.type !== "AssignmentExpression") return null;
  const { left, right, operator } = root;
  const [target, value] = [text.slice(left.start, left.end), text.slice(right.start, right.end)];
  if (operator === "=") return { target, value };
  throw new Error(`\`${operator}\` is not understood here; write ${target} = … with the new value`);
}

/** How an expression names its value. @throws Error for what is no expression */
export function targetOf(text: string): Target {
  let root: Expression = parse(text);
  while (root.type === "ParenthesizedExpression") root = root.expression;
  const source = (node: AnyNode) => text.slice(node.start, node.end);
  if (root.type === "MemberExpression" && root.computed) {
    return { kind: "index", base: source(root.object), indices: indexArguments(root.property).map(source) };
  }
  if (root.type === "MemberExpression" && root.property.type === "Identifier") {
    return { kind: "member", base: source(root.object), name: root.property.name };
  }
  if (root.type === "CallExpression" && isAt(root)) {
    return { kind: "index", base: source(root.callee.object), indices: root.arguments.map(source) };
  }
  return { kind: "other" };
}

function parse(text: string): Expression {
  let root: Expression;
  try {
    root = parseExpressionAt(text, 0, { ecmaVersion: "latest", preserveParens: true });
  } catch (error) {
    const message = error instanceof Error ? error.message.replace(/ \(\d+:\d+\)$/, "") : String(error);
    const at = typeof error === "object" && error !== null && "pos" in error ? Number(error.pos) + 1 : 1;
    throw new Error(`this is not an expression: ${message.toLowerCase()} at column ${at} of \`${text}\``);
  }
  const rest = text.slice(root.end).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  if (/[^\s;]/.test(rest)) {
    throw new Error(`this is not one expression: "${rest.trim()}" is left over after \`${text.slice(0, root.end)}\``);
  }
  return root;
}

function refuseChanges(node: AnyNode): void {
  switch (node.type) {
    case "AssignmentExpression":
    case "UpdateExpression":
      throw new Error("an expression reads and changes nothing; in the console write the assignment by itself: x = …");
    case "UnaryExpression":
      if (node.operator === "delete") throw new Error("an expression reads and changes nothing; `delete` would");
      break;
    case "CallExpression": {
      const { callee } = node;
      const name = callee.type === "MemberExpression" && callee.property.type === "Identifier" && callee.property.name;
      if (typeof name === "string" && changing.has(name)) {
        throw new Error(`an expression reads and changes nothing; ${name}() would change the training`);
      }
      break;
    }
    default:
  }
  for (const child of children(node)) refuseChanges(child);
}

function rewrite(node: AnyNode, text: string): string {
  if (node.type === "MemberExpression" && node.computed && !node.optional && node.object.type !== "Super") {
    const indices = indexArguments(node.property).map((index) => rewrite(index, text));
    return `${indexName}(${[rewrite(node.object, text), ...indices].join(", ")})`;
  }
  if (node.type === "CallExpression" && isAt(node)) {
    return `${atName}(${[node.callee.object, ...node.arguments].map((part) => rewrite(part, text)).join(", ")})`;
  }
  let [out, end] = ["", node.start];
  // a shorthand property holds the same node twice
  for (const child of children(node).sort((a, b) => a.start - b.start)) {
    if (child.start < end) continue;
    out += text.slice(end, child.start) + rewrite(child, text);
    end = child.end;
  }
  return out + text.slice(end, node.end);
}

/** `0, 3` in `x[0, 3]` are two indices; JavaScript would see one expression. */
function indexArguments(property: AnyNode): readonly AnyNode[] {
  return property.type === "SequenceExpression" ? property.expressions : [property];
}

type AtCall = Extract<AnyNode, { type: "CallExpression" }> & {
  callee: Extract<AnyNode, { type: "MemberExpression" }>;
};

function isAt(node: Extract<AnyNode, { type: "CallExpression" }>): node is AtCall {
  const { callee } = node;
  return (
    callee.type === "MemberExpression" &&
    !callee.computed &&
    !callee.optional &&
    callee.object.type !== "Super" &&
    callee.property.type === "Identifier" &&
    callee.property.name === "at"
  );
}
