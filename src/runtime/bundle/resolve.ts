// Finds the file that an import in a model file means. Knows nothing of esbuild and reads no tsconfig.
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, isAbsolute, join, resolve } from "node:path";

/** Extensions that may be left out, in the order in which they are tried. */
const extensions = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json"];

/** TypeScript is imported by the name of the JavaScript that would be made from it. */
const sources: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx"],
  ".jsx": [".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};

/** Conditions of a package's "exports" that hold for us; "require" comes first, by way of Node's own resolution. */
const conditions: ReadonlySet<string> = new Set(["import", "node", "module-sync", "default"]);

export function isRelative(specifier: string): boolean {
  return /^\.\.?(\/|\\|$)/.test(specifier) || isAbsolute(specifier);
}

/**
 * @param specifier as written in the import
 * @param importer absolute path of the file with the import
 * @returns an absolute path, or null when there is nothing
 */
export function resolveImport(specifier: string, importer: string): string | null {
  if (isRelative(specifier)) return resolvePath(resolve(dirname(importer), specifier));
  return resolveByNode(specifier, importer) ?? resolveByImportCondition(specifier, importer);
}

function resolvePath(path: string): string | null {
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  const candidates = [
    path,
    ...(sources[extension] ?? []).map((source) => stem + source),
    ...extensions.map((end) => path + end),
    ...extensions.map((end) => join(path, `index${end}`)),
  ];
  return candidates.find(isFile) ?? null;
}

function resolveByNode(specifier: string, importer: string): string | null {
  try {
    const path = createRequire(importer).resolve(specifier);
    return isAbsolute(path) ? path : null;
  } catch {
    return null;
  }
}

/** For packages that are ECMAScript modules only: `require.resolve` cannot see what they export. */
function resolveByImportCondition(specifier: string, importer: string): string | null {
  const match = /^((?:@[^/]+\/)?[^@./][^/]*)(\/.+)?$/.exec(specifier);
  if (match === null) return null;
  const [, name, rest = ""] = match;
  for (let folder = dirname(importer); ; folder = dirname(folder)) {
    const root = join(folder, "node_modules", name);
    if (existsSync(join(root, "package.json"))) return resolveInPackage(root, `.${rest}`);
    if (folder === dirname(folder)) return null;
  }
}

function resolveInPackage(root: string, subpath: string): string | null {
  const manifest = readManifest(join(root, "package.json"));
  const target =
    manifest.exports !== undefined
      ? exportTarget(manifest.exports, subpath)
      : subpath === "." && typeof manifest.module === "string"
        ? manifest.module
        : subpath;
  const path = target === null ? null : resolvePath(join(root, target));
  return path === null ? null : realpathSync(path);
}

function readManifest(file: string): Readonly<Record<string, unknown>> {
  try {
    const manifest: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isRecord(manifest) ? manifest : {};
  } catch {
    return {};
  }
}

/** https://nodejs.org/api/esm.html#resolution-algorithm-specification, PACKAGE_EXPORTS_RESOLVE */
export function exportTarget(exports: unknown, subpath: string): string | null {
  const isTable = isRecord(exports) && Object.keys(exports).every((key) => key.startsWith("."));
  const table: Readonly<Record<string, unknown>> = isTable ? exports : { ".": exports };
  if (Object.hasOwn(table, subpath)) return selectTarget(table[subpath]);
  const pattern = Object.keys(table)
    .filter((key) => matches(key, subpath))
    .sort((a, b) => b.indexOf("*") - a.indexOf("*"))[0];
  if (pattern === undefined) return null;
  const [before, after] = pattern.split("*");
  const star = subpath.slice(before.length, subpath.length - after.length);
  return selectTarget(table[pattern])?.replaceAll("*", star) ?? null;
}

function matches(pattern: string, subpath: string): boolean {
  const [before, after, ...more] = pattern.split("*");
  if (after === undefined || more.length > 0) return false;
  return subpath.startsWith(before) && subpath.endsWith(after) && subpath.length > before.length + after.length;
}

function selectTarget(target: unknown): string | null {
  if (typeof target === "string") return target;
  const choices = Array.isArray(target)
    ? target
    : isRecord(target)
      ? Object.entries(target).flatMap(([condition, choice]) => (conditions.has(condition) ? [choice] : []))
      : [];
  for (const choice of choices) {
    const selected = selectTarget(choice);
    if (selected !== null) return selected;
  }
  return null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
