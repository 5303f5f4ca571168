// The Debug Adapter Protocol as a JSON schema, made from the declarations its authors publish. Knows nothing of the adapter.
import { createRequire } from "node:module";
import ts from "typescript";

/** As much of JSON schema as the protocol needs. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: "object" | "array" | "string" | "integer" | "number" | "boolean" | "null";
  readonly const?: string | number | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
}

export interface ProtocolSchema {
  /** By the protocol's names: `StoppedEvent`, `SetBreakpointsResponse`, `SetBreakpointsArguments`. */
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/** The only quantities of the protocol that are not counted. */
const fractions: ReadonlySet<string> = new Set(["percentage"]);

/** The rest of a launch configuration is the adapter's own. */
const open: ReadonlySet<string> = new Set(["LaunchRequestArguments", "AttachRequestArguments"]);

/** Stricter than the schema that the declarations were generated from: properties it does not know are wrong. */
export function protocolSchema(): ProtocolSchema {
  const file = createRequire(import.meta.url).resolve("@vscode/debugprotocol/lib/debugProtocol.d.ts");
  const program = ts.createProgram([file], { strict: true, noEmit: true, types: [], lib: ["lib.es5.d.ts"] });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const definitions: Record<string, JsonSchema> = {};
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node)) {
      definitions[node.name.text] = objectSchema(checker, checker.getTypeAtLocation(node), open.has(node.name.text));
    }
    if (ts.isTypeAliasDeclaration(node)) {
      definitions[node.name.text] = inline(checker, checker.getTypeAtLocation(node), "");
    }
    ts.forEachChild(node, visit);
  };
  if (source !== undefined) visit(source);
  return { definitions };
}

/** Interfaces of the protocol are referred to by name, because some contain themselves. */
function schemaOf(checker: ts.TypeChecker, type: ts.Type, property: string): JsonSchema {
  const name = (type.aliasSymbol ?? type.getSymbol())?.name;
  const declaration = type.getSymbol()?.declarations?.[0];
  const named = declaration !== undefined && ts.isInterfaceDeclaration(declaration) && !checker.isArrayType(type);
  return named ? { $ref: `#/definitions/${name}` } : inline(checker, type, property);
}

function inline(checker: ts.TypeChecker, type: ts.Type, property: string): JsonSchema {
  const { flags } = type;
  if (type.isUnion()) return unionSchema(checker, type, property);
  if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
  if (flags & ts.TypeFlags.BooleanLiteral) return { const: checker.typeToString(type) === "true" };
  if (flags & ts.TypeFlags.String) return { type: "string" };
  if (flags & ts.TypeFlags.Number) return { type: fractions.has(property) ? "number" : "integer" };
  if (flags & ts.TypeFlags.Boolean) return { type: "boolean" };
  if (flags & ts.TypeFlags.Null) return { type: "null" };
  if (flags & ts.TypeFlags.Any) return {};
  if (checker.isArrayType(type)) {
    return { type: "array", items: schemaOf(checker, checker.getTypeArguments(asReference(type))[0], property) };
  }
  if (flags & ts.TypeFlags.Object) return objectSchema(checker, type, false);
  throw new Error(`no schema for ${checker.typeToString(type)} of "${property}"`);
}

function unionSchema(checker: ts.TypeChecker, type: ts.UnionType, property: string): JsonSchema {
  const parts = type.types.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
  const isBoolean = parts.length === 2 && parts.every(({ flags }) => flags & ts.TypeFlags.BooleanLiteral);
  if (isBoolean) return { type: "boolean" };
  const schemas = parts.map((part) => schemaOf(checker, part, property));
  return schemas.length === 1 ? schemas[0] : { anyOf: schemas };
}

function objectSchema(checker: ts.TypeChecker, type: ts.Type, isOpen: boolean): JsonSchema {
  const index = checker.getIndexInfoOfType(type, ts.IndexKind.String);
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const symbol of checker.getPropertiesOfType(type)) {
    properties[symbol.name] = schemaOf(checker, checker.getTypeOfSymbol(symbol), symbol.name);
    if (!(symbol.flags & ts.SymbolFlags.Optional)) required.push(symbol.name);
  }
  const additional = index === undefined ? isOpen : schemaOf(checker, index.type, "");
  return { type: "object", properties, required, additionalProperties: additional };
}

function asReference(type: ts.Type): ts.TypeReference {
  if (isReference(type)) return type;
  throw new Error("an array type has no element type");
}

function isReference(type: ts.Type): type is ts.TypeReference {
  return "target" in type;
}
