// Runs a bundled model file once and returns its default export. Trains nothing and knows no pause points.
import { createRequire, isBuiltin } from "node:module";
import { compileFunction } from "node:vm";
import type { BundledModel } from "../../protocol/model.ts";
import { apiName } from "./files.ts";
import { type Instrumentation, instrumentationName } from "./instrumentation.ts";

/** The file name that the script has in stack traces. */
export const scriptName = "gradient-debugger:model";

/** Layers within layers put many frames of ours between an error and the user's line; V8 keeps ten unless told. */
const stackFrames = 100;

/** What the model file sees in place of Node's own: globals by name, members of built-in modules by the module's name. */
export interface Replacements {
  readonly values: Readonly<Record<string, unknown>>;
  readonly builtins: Readonly<Record<string, object>>;
}

const noReplacements: Replacements = { values: {}, builtins: {} };

/**
 * @param api what the model file gets from `import … from "gradient-debugger"`
 * @param console what the model file sees as `console`
 * @returns the default export, whatever it is
 * @throws whatever the model file throws; SourceLocations says where that was
 */
export function evaluateModel(
  model: BundledModel,
  api: unknown,
  gd: Instrumentation,
  console: Console,
  { values, builtins }: Replacements = noReplacements,
): unknown {
  Error.stackTraceLimit = Math.max(Error.stackTraceLimit, stackFrames);
  const module: { exports: unknown } = { exports: {} };
  const fixed = { module, exports: module.exports, require: requireFor(model, api, builtins) };
  const names = new Map<string, unknown>(Object.entries({ ...fixed, [instrumentationName]: gd, console, ...values }));
  const run = compile(model.code, names);
  Reflect.apply(run, undefined, [...names.values()]);
  return Reflect.get(Object(module.exports), "default");
}

/** Compiles the script as a function of these names. Those that it declares itself are taken out of them. */
function compile(code: string, names: Map<string, unknown>) {
  try {
    return compileFunction(code, [...names.keys()], { filename: scriptName });
  } catch (error) {
    const message = error instanceof SyntaxError ? error.message : "";
    const declared = /^Identifier '([^']+)' has already been declared/.exec(message)?.[1];
    if (declared === undefined || !names.delete(declared)) throw error;
    return compile(code, names);
  }
}

function requireFor(model: BundledModel, api: unknown, builtins: Replacements["builtins"]): (name: string) => unknown {
  const requireBuiltin = createRequire(model.file);
  return (name) => {
    if (name === apiName) return api;
    if (isBuiltin(name)) {
      const plain = name.replace(/^node:/, "");
      const own: object = requireBuiltin(name);
      return Object.hasOwn(builtins, plain) ? { ...own, ...builtins[plain] } : own;
    }
    const message = `"${name}" cannot be loaded while a model file runs: import it by a fixed name, so that it is found when the file is loaded.`;
    throw Object.assign(new Error(message), { code: "MODULE_NOT_FOUND" });
  };
}
