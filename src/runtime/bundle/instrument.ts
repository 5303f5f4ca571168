// Puts calls of `__gd` into a bundled script, so that the runtime knows at every moment which line of the user runs.
import remapping from "@jridgewell/remapping";
import type { EncodedSourceMap } from "@jridgewell/trace-mapping";
import { type AnyNode, type Expression, type Node, type Pattern, type Program, parse, type Statement } from "acorn";
import { MagicString } from "magic-string";
import type { Site } from "../../protocol/model.ts";
import { diskPrefix } from "./files.ts";
import { instrumentationName as gd } from "./instrumentation.ts";
import { Originals } from "./originals.ts";
import { Sites } from "./sites.ts";
import {
  assignedNames,
  boundNames,
  type ClassNode,
  calleeName,
  children,
  declaredNames,
  type ForNode,
  type FunctionNode,
  headEnd,
  type Identifier,
  isClass,
  isFor,
  isFunction,
  keyName,
  loopNames,
  type NodeOf,
  rootName,
  runsNothingItself,
  suspends,
} from "./syntax.ts";

export interface Instrumented {
  readonly code: string;
  /** Source map (JSON) from `code` to the user's files. */
  readonly map: string;
  readonly sites: readonly Site[];
}

/**
 * @param code a bundled script as esbuild prints it
 * @param map from `code` to files named by their URL
 * @param texts the workspace's files by absolute path; code from any other file is left as it is
 */
export function instrument(code: string, map: EncodedSourceMap, texts: ReadonlyMap<string, string>): Instrumented {
  const program = parse(code, { ecmaVersion: "latest", sourceType: "script" });
  const out = new MagicString(code);
  const originals = new Originals(code, map, texts);
  const sites = new Sites(originals);
  new Instrumenter(code, out, program, originals, sites).run();
  const inserted = { ...out.generateDecodedMap({ hires: "boundary", source: "bundle" }), version: 3 as const };
  const composed = remapping(inserted, (source) => (source === "bundle" ? map : null));
  return { code: out.toString(), map: composed.toString(), sites: sites.all };
}

/** What surrounds a node. */
interface Scope {
  /** Names of the functions and classes around it, joined by dots. */
  readonly within: string;
  /** The function whose statements are instrumented here; null at the top of a module and directly in a class. */
  readonly frame: Frame | null;
  /** Is there a `finally` of this function that runs after a `return` here? */
  readonly guarded: boolean;
}

interface Frame {
  /** False in async functions and generators: others run between their statements, so there is no caller to go back to. */
  readonly returnsToCaller: boolean;
  /** How many guarded `return`s it has, as far as it has been seen. */
  guardedReturns: number;
}

/** A function as the thing around it knows it. */
interface FunctionContext {
  readonly name: string;
  /** Offset of its first character; a method begins with its key. */
  readonly start: number;
  readonly passesThis: boolean;
}

/** The variable that holds what `enter` returned. */
const caller = `${gd}Caller`;
/** The variable that holds what is returned once the `finally` blocks have run. */
const returned = `${gd}Returned`;

class Instrumenter {
  readonly #code: string;
  readonly #out: MagicString;
  readonly #program: Program;
  readonly #originals: Originals;
  readonly #sites: Sites;
  #declared: ReadonlySet<string> | null = null;

  constructor(code: string, out: MagicString, program: Program, originals: Originals, sites: Sites) {
    this.#code = code;
    this.#out = out;
    this.#program = program;
    this.#originals = originals;
    this.#sites = sites;
  }

  run(): void {
    this.#list(this.#program.body, { within: "", frame: null, guarded: false });
  }

  #visit(node: AnyNode, scope: Scope): void {
    switch (node.type) {
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
      case "ClassDeclaration":
      case "ClassExpression":
        this.#named(node, "", scope);
        break;
      case "VariableDeclarator":
        this.#visit(node.id, scope);
        if (node.init && node.id.type === "Identifier") {
          this.#named(node.init, this.#originals.nameOf(node.id) ?? "", scope, node.id.name);
        } else if (node.init) this.#visit(node.init, scope);
        break;
      case "Property":
        this.#property(node, scope);
        break;
      case "NewExpression":
        this.#new(node, scope);
        break;
      case "CallExpression":
        if (calleeName(node.callee) === "defineTraining") this.#sites.addTraining(node.arguments[0], scope.within);
        this.#children(node, scope);
        break;
      case "BlockStatement":
      case "StaticBlock":
        this.#list(node.body, scope);
        break;
      case "SwitchCase":
        if (node.test) this.#visit(node.test, scope);
        this.#list(node.consequent, scope);
        break;
      case "TryStatement":
        this.#try(node, scope);
        break;
      case "ReturnStatement":
        this.#return(node, scope);
        break;
      default:
        this.#children(node, scope);
    }
  }

  #children(node: Node, scope: Scope): void {
    for (const child of children(node)) this.#visit(child, scope);
  }

  #list(statements: readonly AnyNode[], scope: Scope): void {
    for (const statement of statements) {
      if (!this.#originals.isForeign(statement.start)) this.#statement(statement, scope);
    }
  }

  /** @param anchor where the statement begins, its labels included */
  #statement(node: AnyNode, scope: Scope, anchor = node.start): void {
    if (scope.frame === null || runsNothingItself(node)) this.#visit(node, scope);
    else if (node.type === "LabeledStatement") this.#statement(node.body, scope, anchor);
    else if (node.type === "WhileStatement" || node.type === "DoWhileStatement") this.#while(node, scope);
    else {
      const site = this.#sites.add("statement", node.start, headEnd(node, this.#code), scope.within);
      if (site !== null) this.#out.appendRight(anchor, `${gd}.at(${site}); `);
      if (node.type === "IfStatement") this.#if(node, scope);
      else if (isFor(node)) this.#for(node, site, scope);
      else {
        this.#visit(node, scope);
        this.#out.appendLeft(node.end, terminated(this.#namedCall(site, assignedNames(node))));
      }
    }
  }

  #if(node: NodeOf<"IfStatement">, scope: Scope): void {
    this.#visit(node.test, scope);
    this.#nested(node.consequent, scope);
    if (node.alternate) this.#nested(node.alternate, scope);
  }

  #while(node: NodeOf<"WhileStatement" | "DoWhileStatement">, scope: Scope): void {
    const isDo = node.type === "DoWhileStatement";
    if (isDo) this.#nested(node.body, scope);
    const [start, end] = isDo ? [node.test.start, node.test.end] : [node.start, node.body.start];
    const site = this.#sites.add("statement", start, end, scope.within);
    // The test runs again after each run of the body, so the site is set inside it.
    const bracket = this.#code.indexOf("(", isDo ? node.body.end : node.start);
    if (site !== null) this.#out.appendLeft(bracket + 1, `${gd}.at(${site}), `);
    this.#visit(node.test, scope);
    if (!isDo) this.#nested(node.body, scope);
  }

  /** The body of an `if` or a loop: braces are added where the user wrote none. */
  #nested(body: Statement, scope: Scope, prefix = ""): void {
    if (body.type === "BlockStatement") {
      this.#out.appendLeft(body.start + 1, prefix);
      this.#list(body.body, scope);
    } else {
      this.#out.appendRight(body.start, `{ ${prefix}`);
      this.#statement(body, scope);
      this.#out.appendLeft(body.end, " }");
    }
  }

  #for(node: ForNode, site: number | null, scope: Scope): void {
    if (node.type === "ForStatement") {
      if (node.init) this.#visit(node.init, scope);
      if (node.test) this.#visit(node.test, scope);
      this.#update(node, site, scope);
    } else {
      this.#visit(node.left, scope);
      this.#visit(node.right, scope);
    }
    this.#nested(node.body, scope, terminated(this.#namedCall(site, loopNames(node))));
  }

  #update(node: NodeOf<"ForStatement">, site: number | null, scope: Scope): void {
    if (node.update) {
      if (site !== null) this.#out.appendRight(node.update.start, `${gd}.at(${site}), `);
      this.#visit(node.update, scope);
    } else if (site !== null) {
      this.#out.appendLeft(this.#code.lastIndexOf(")", node.body.start - 1), `${gd}.at(${site})`);
    }
  }

  /** A function is left after its `finally` blocks, which are its own statements: the outermost one leaves it. */
  #try({ block, handler, finalizer }: NodeOf<"TryStatement">, scope: Scope): void {
    const before = scope.frame?.guardedReturns;
    const inner = finalizer ? { ...scope, guarded: true } : scope;
    this.#visit(block, inner);
    if (handler) this.#visit(handler, inner);
    if (!finalizer) return;
    this.#visit(finalizer, scope);
    if (!scope.guarded && scope.frame?.guardedReturns !== before) {
      const leave = `${gd}.leave(${caller})`;
      this.#out.appendLeft(finalizer.end - 1, terminated(`if (${returned}) ${leave}`));
    }
  }

  #return(node: NodeOf<"ReturnStatement">, scope: Scope): void {
    const { frame, guarded } = scope;
    if (!frame?.returnsToCaller) {
      this.#children(node, scope);
      return;
    }
    const { argument } = node;
    const isSequence = argument?.type === "SequenceExpression";
    // What is returned is kept in an object because the assignment must come after its evaluation, which may throw.
    const [open, close] = guarded ? [`(${returned} = { value: `, " }).value"] : [`${gd}.exit(${caller}, `, ")"];
    if (guarded) frame.guardedReturns++;
    const begin = ` ${open}${isSequence ? "(" : ""}${argument ? "" : "void 0"}`;
    this.#out.appendLeft(node.start + "return".length, begin);
    if (argument) this.#visit(argument, scope);
    const end = this.#code[node.end - 1] === ";" ? node.end - 1 : node.end;
    this.#out.appendLeft(end, (isSequence ? ")" : "") + close);
  }

  #namedCall(site: number | null, variables: readonly Identifier[]): string {
    const entries = variables.flatMap((variable) => {
      const name = this.#originals.nameOf(variable);
      if (name === null) return [];
      return name === variable.name ? name : `${JSON.stringify(name)}: ${variable.name}`;
    });
    return site === null || entries.length === 0 ? "" : `${gd}.named(${site}, { ${entries.join(", ")} })`;
  }

  /** A function or class that may get its name from what it is assigned to; any other expression is just visited. */
  #named(node: AnyNode, name: string, scope: Scope, emitted = name): void {
    const own = (isFunction(node) || isClass(node)) && node.id ? (this.#originals.nameOf(node.id) ?? "") : name;
    if (isFunction(node)) {
      const passesThis = node.type !== "ArrowFunctionExpression";
      this.#function(node, scope, { name: own, start: node.start, passesThis });
    } else if (isClass(node)) this.#class(node, own, node.id?.name ?? emitted, scope);
    else this.#visit(node, scope);
  }

  #property(node: NodeOf<"Property">, scope: Scope): void {
    const name = keyName(node.key, node.computed);
    if (node.value.type === "FunctionExpression" && name.startsWith(diskPrefix)) {
      // A whole module that esbuild has put into a function; its statements are still those of a module.
      this.#visit(node.value.body, scope);
      return;
    }
    this.#visit(node.key, scope);
    this.#member(node.value, node, name, scope);
  }

  /** The value of a property or method; `holder` is the whole member. */
  #member(value: AnyNode, holder: Node, name: string, scope: Scope, passesThis = true): void {
    const isMethod = value.type === "FunctionExpression" && this.#code[value.start] === "(";
    if (isMethod) this.#function(value, scope, { name, start: holder.start, passesThis });
    else this.#named(value, name, scope);
  }

  #function(node: FunctionNode, scope: Scope, { name, start, passesThis }: FunctionContext): void {
    const within = join(scope.within, name);
    const [from, to] =
      node.body.type === "BlockStatement" ? [start, node.body.start] : [node.body.start, node.body.end];
    const site = this.#sites.add("statement", from, to, within);
    // What bundling itself adds contains functions too, but none of the user's.
    const frame = site === null ? null : { returnsToCaller: !node.async && !node.generator, guardedReturns: 0 };
    const inner = { within, frame, guarded: false };
    for (const parameter of node.params) this.#visit(parameter, inner);
    if (site === null || frame === null) this.#visit(node.body, inner);
    else if (node.body.type === "BlockStatement") this.#blockBody(node.params, node.body, site, inner, passesThis);
    else this.#expressionBody(node, node.body, site, inner);
  }

  #blockBody(
    parameters: readonly Pattern[],
    body: NodeOf<"BlockStatement">,
    site: number,
    scope: Scope,
    passesThis: boolean,
  ): void {
    const directives = body.body.filter((node) => node.type === "ExpressionStatement" && node.directive !== undefined);
    const start = directives.at(-1)?.end ?? body.start + 1;
    const returnsToCaller = scope.frame?.returnsToCaller === true;
    const enter = returnsToCaller ? `const ${caller} = ${gd}.enter(${site}${passesThis ? ", this" : ""})` : "";
    const named = this.#namedCall(site, parameters.flatMap(boundNames));
    this.#out.appendLeft(start, terminated(enter) + terminated(named));
    this.#list(body.body, scope);
    if (scope.frame?.guardedReturns) this.#out.appendLeft(start, terminated(`let ${returned} = null`));
    const last = body.body.at(-1)?.type;
    if (returnsToCaller && last !== "ReturnStatement" && last !== "ThrowStatement") {
      this.#out.appendLeft(body.end - 1, terminated(`${gd}.leave(${caller})`));
    }
  }

  #expressionBody(node: FunctionNode, body: Expression, site: number, scope: Scope): void {
    if (!scope.frame?.returnsToCaller) {
      this.#visit(body, scope);
      return;
    }
    const afterArrow = this.#code.lastIndexOf("=>", body.start - 1) + "=>".length;
    const named = this.#namedCall(site, node.params.flatMap(boundNames));
    const [open, close] = named === "" ? ["", ")"] : [`(${named}, `, "))"];
    this.#out.appendLeft(afterArrow, ` ${gd}.exit(${gd}.enter(${site}), ${open}`);
    this.#visit(body, scope);
    this.#out.appendLeft(node.end, close);
  }

  /** @param emitted the name that the class would get at run time */
  #class(node: ClassNode, name: string, emitted: string, scope: Scope): void {
    if (node.superClass) this.#visit(node.superClass, scope);
    const hasOwnName = node.body.body.some(
      (member) => member.type !== "StaticBlock" && member.static && keyName(member.key, member.computed) === "name",
    );
    if (name !== emitted && !hasOwnName) this.#out.appendLeft(node.body.start + 1, ` ${setName(name)} `);
    const inner = { within: join(scope.within, name), frame: null, guarded: false };
    for (const member of node.body.body) {
      if (member.type === "StaticBlock") {
        this.#visit(member, inner);
        continue;
      }
      this.#visit(member.key, scope);
      if (!member.value) continue;
      const isConstructor = member.type === "MethodDefinition" && member.kind === "constructor";
      this.#member(member.value, member, keyName(member.key, member.computed), inner, !isConstructor);
    }
  }

  #new(node: NodeOf<"NewExpression">, scope: Scope): void {
    const suspended = scope.frame?.returnsToCaller === false && suspends(node);
    const site =
      suspended || this.#isBuiltin(node.callee) ? null : this.#sites.add("field", node.start, node.end, scope.within);
    if (site === null) {
      this.#children(node, scope);
      return;
    }
    // The outer brackets are for `new (new A()).B()`, where a bare call would become the thing that is constructed.
    this.#out.appendRight(node.start, `(${gd}.exit(${gd}.enter(${site}), `);
    this.#children(node, scope);
    this.#out.appendLeft(node.end, "))");
  }

  #isBuiltin(callee: AnyNode): boolean {
    const name = callee.type === "Identifier" || callee.type === "MemberExpression" ? rootName(callee) : "";
    if (!(name in globalThis)) return false;
    this.#declared ??= declaredNames(this.#program);
    return !this.#declared.has(name);
  }
}

function terminated(call: string): string {
  return call === "" ? "" : ` ${call}; `;
}

function join(outer: string, name: string): string {
  return outer === "" || name === "" ? outer + name : `${outer}.${name}`;
}

/** Bundling renames a class that mentions itself or shares its name, and users see the name of the class. */
function setName(name: string): string {
  // That is what JavaScript calls `export default class {}`.
  const value = JSON.stringify(name || "default");
  return `static { Object.defineProperty(this, "name", { value: ${value}, configurable: true }); }`;
}
