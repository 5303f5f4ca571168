// Small questions about a syntax tree: its children, the names a pattern binds, what a callee is called. Knows no sites.
import type { AnyNode, Expression, Node, Pattern, PrivateIdentifier, Super } from "acorn";

export type NodeOf<T extends AnyNode["type"]> = Extract<AnyNode, { type: T }>;
export type FunctionNode = NodeOf<"FunctionDeclaration" | "FunctionExpression" | "ArrowFunctionExpression">;
export type ClassNode = NodeOf<"ClassDeclaration" | "ClassExpression">;
export type ForNode = NodeOf<"ForStatement" | "ForInStatement" | "ForOfStatement">;
export type Identifier = NodeOf<"Identifier">;

export function isFunction(node: AnyNode): node is FunctionNode {
  return (
    node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression"
  );
}

export function isClass(node: AnyNode): node is ClassNode {
  return node.type === "ClassDeclaration" || node.type === "ClassExpression";
}

export function isFor(node: AnyNode): node is ForNode {
  return node.type === "ForStatement" || node.type === "ForInStatement" || node.type === "ForOfStatement";
}

/** Declarations and statements that only hold others, so that nothing of their own can be stopped at. */
export function runsNothingItself(statement: AnyNode): boolean {
  switch (statement.type) {
    case "FunctionDeclaration":
    case "ClassDeclaration":
    case "EmptyStatement":
    case "BlockStatement":
    case "TryStatement":
      return true;
    case "ExpressionStatement":
      return statement.directive !== undefined;
    default:
      return false;
  }
}

/** Where the part of a statement ends that runs before the statements inside it. */
export function headEnd(statement: AnyNode, code: string): number {
  if (statement.type === "IfStatement") return statement.consequent.start;
  if (statement.type === "SwitchStatement") return code.indexOf("{", statement.discriminant.end);
  return isFor(statement) ? statement.body.start : statement.end;
}

export function children(node: Node): AnyNode[] {
  return Object.values(node).flat().filter(isNode);
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** Variables that a pattern binds or assigns to; members such as `this.x` are no variables. */
export function boundNames(pattern: Pattern): Identifier[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        boundNames(property.type === "RestElement" ? property.argument : property.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element === null ? [] : boundNames(element)));
    case "RestElement":
      return boundNames(pattern.argument);
    case "AssignmentPattern":
      return boundNames(pattern.left);
    case "MemberExpression":
      return [];
  }
}

/** Variables that certainly have a value right after this statement because of it. */
export function assignedNames(statement: AnyNode): Identifier[] {
  if (statement.type === "VariableDeclaration") {
    // `let x;` gives x no value worth showing.
    return statement.declarations.flatMap(({ id, init }) => (init ? boundNames(id) : []));
  }
  return statement.type === "ExpressionStatement" ? assignmentTargets(statement.expression) : [];
}

function assignmentTargets(expression: AnyNode): Identifier[] {
  return expression.type === "AssignmentExpression"
    ? [...boundNames(expression.left), ...assignmentTargets(expression.right)]
    : [];
}

/** Variables that the head of a loop gives a value before each run of the body. */
export function loopNames(loop: AnyNode): Identifier[] {
  switch (loop.type) {
    case "ForStatement":
      return loop.init?.type === "VariableDeclaration" ? assignedNames(loop.init) : [];
    case "ForInStatement":
    case "ForOfStatement":
      return loop.left.type === "VariableDeclaration"
        ? loop.left.declarations.flatMap(({ id }) => boundNames(id))
        : boundNames(loop.left);
    default:
      return [];
  }
}

/** Name of a property, method or field, as far as the source says it. */
export function keyName(key: Expression | PrivateIdentifier, computed: boolean): string {
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  if (key.type === "Identifier" && !computed) return key.name;
  return key.type === "Literal" ? String(key.value) : "";
}

/** Name of what is called: `defineTraining` for `defineTraining(…)`, `gd.defineTraining(…)` and `(0, gd.f)(…)`. */
export function calleeName(callee: Expression | Super): string {
  if (callee.type === "Identifier") return callee.name;
  if (callee.type === "MemberExpression") return keyName(callee.property, callee.computed);
  if (callee.type === "SequenceExpression") return calleeName(callee.expressions[callee.expressions.length - 1]);
  return "";
}

/** The variable a chain of members begins with: `a` of `a.b.c`. */
export function rootName(expression: Expression | Super): string {
  if (expression.type === "Identifier") return expression.name;
  return expression.type === "MemberExpression" ? rootName(expression.object) : "";
}

/** Is there an `await` or a `yield` in this expression itself, not counting functions inside it? */
export function suspends(node: AnyNode): boolean {
  if (node.type === "AwaitExpression" || node.type === "YieldExpression") return true;
  return !isFunction(node) && children(node).some(suspends);
}

/** Every name that is declared anywhere below `node`. */
export function declaredNames(node: AnyNode, names: Set<string> = new Set()): Set<string> {
  if (isFunction(node) || isClass(node)) {
    if (node.id) names.add(node.id.name);
    if (isFunction(node)) for (const { name } of node.params.flatMap(boundNames)) names.add(name);
  } else if (node.type === "VariableDeclarator") {
    for (const { name } of boundNames(node.id)) names.add(name);
  }
  for (const child of children(node)) declaredNames(child, names);
  return names;
}
