// Makes the one declaration file that gives an editor the types of "gradient-debugger"; knows the compiler, not the API.
import path from "node:path";
import MagicString from "magic-string";
import ts from "typescript";

/**
 * The declarations of `entry` and of everything it reaches, as one `declare module` that needs no other file.
 * Every source file becomes a namespace of the module, and every import an alias into another one; so nothing has to be
 * renamed, classes stay classes and their comments stay with them.
 *
 * @param {string} entry absolute path of the module
 * @param {string} name what the module is imported as
 * @param {string} tsconfig absolute path
 * @returns {string}
 */
export function buildDeclarations(entry, name, tsconfig) {
  const program = programOf(entry, tsconfig);
  const files = declarationFiles(program);
  const base = path.dirname(entry);
  const sources = files.map(({ source }) => source.fileName);
  const context = {
    checker: program.getTypeChecker(),
    program,
    /** The namespace of a file that another one imports. */
    namespaceOf(from, specifier) {
      const target = path.resolve(path.dirname(from), specifier);
      if (!sources.includes(target)) throw new Error(`${from}: the API's types may not depend on "${specifier}"`);
      return namespaceName(base, target);
    },
  };
  const namespaces = files
    .filter(({ source }) => source.fileName !== entry)
    .map((file) => `namespace ${namespaceName(base, file.source.fileName)} {\n${body(file, context)}\n}\n`);
  const api = files.find(({ source }) => source.fileName === entry);
  return `declare module "${name}" {\n${indent([...namespaces, body(api, context)].join("\n"))}\n}\n`;
}

function programOf(entry, tsconfig) {
  const { config } = ts.readConfigFile(tsconfig, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, path.dirname(tsconfig));
  return ts.createProgram([entry], {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    stripInternal: true,
  });
}

/** The emitted declarations, each with the source file it stands for. Errors in the types end the build. */
function declarationFiles(program) {
  const files = [];
  const { diagnostics } = program.emit(undefined, (_name, text, _mark, _onError, sources) => {
    files.push({ source: sources[0], text });
  });
  const errors = [...diagnostics, ...program.getSyntacticDiagnostics()];
  if (errors.length > 0) {
    const host = {
      getCurrentDirectory: () => process.cwd(),
      getCanonicalFileName: (file) => file,
      getNewLine: () => "\n",
    };
    throw new Error(`The API's types cannot be written:\n${ts.formatDiagnostics(errors.slice(0, 20), host)}`);
  }
  return files;
}

/** `nn/linear.ts` → `_nn_linear`; the underscore keeps it apart from the names of the API. */
function namespaceName(base, file) {
  const words = path.relative(base, file).replace(/\.ts$/, "");
  return `_${words.replace(/[^A-Za-z0-9]+/g, "_")}`;
}

/** The statements of a declaration file, with imports and re-exports as aliases. */
function body({ source, text }, context) {
  const tree = ts.createSourceFile(source.fileName, text, ts.ScriptTarget.Latest, true);
  const out = new MagicString(text);
  const namespace = (specifier) => context.namespaceOf(source.fileName, specifier.text);
  for (const statement of tree.statements) {
    const replace = (lines) => out.overwrite(statement.getStart(), statement.end, lines.join("\n"));
    if (ts.isImportDeclaration(statement)) {
      replace(importAliases(statement, namespace(statement.moduleSpecifier)));
    } else if (ts.isExportDeclaration(statement) && statement.moduleSpecifier) {
      replace(exportAliases(statement, namespace(statement.moduleSpecifier), source, context));
    } else if (ts.isExportAssignment(statement)) {
      throw new Error(`${source.fileName}: the API's types may have no default export`);
    } else {
      // Inside `declare module` everything is declared already.
      const word = statement.modifiers?.find(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword);
      if (word) out.remove(word.getStart(), word.end + 1);
    }
  }
  replaceImportTypes(tree, out, namespace);
  // Without an export declaration everything inside an ambient module would count as exported.
  return `${out.toString().trim()}\nexport {};`;
}

function importAliases({ importClause }, namespace) {
  const bindings = importClause?.namedBindings;
  if (!bindings) return [];
  if (ts.isNamespaceImport(bindings)) return [`import ${bindings.name.text} = ${namespace};`];
  return bindings.elements.map((e) => `import ${e.name.text} = ${namespace}.${(e.propertyName ?? e.name).text};`);
}

function exportAliases(statement, namespace, source, { checker, program }) {
  const { exportClause, moduleSpecifier } = statement;
  if (exportClause && ts.isNamespaceExport(exportClause))
    return [`export import ${exportClause.name.text} = ${namespace};`];
  const alias = (local, name) => `export import ${name} = ${namespace}.${local};`;
  if (exportClause) return exportClause.elements.map((e) => alias((e.propertyName ?? e.name).text, e.name.text));
  const target = program.getSourceFile(path.resolve(path.dirname(source.fileName), moduleSpecifier.text));
  const names = checker.getExportsOfModule(checker.getSymbolAtLocation(target)).map((symbol) => symbol.name);
  return names.map((name) => alias(name, name));
}

/** `import("./tensor.ts").Tensor`, which the compiler writes for types that a file uses and does not import. */
function replaceImportTypes(node, out, namespace) {
  ts.forEachChild(node, (child) => {
    if (ts.isImportTypeNode(child)) {
      const end = child.qualifier ? child.qualifier.getStart() - 1 : child.argument.end + 1;
      const start = child
        .getChildren()
        .find(({ kind }) => kind === ts.SyntaxKind.ImportKeyword)
        .getStart();
      out.overwrite(start, end, namespace(child.argument.literal));
    }
    replaceImportTypes(child, out, namespace);
  });
}

function indent(text) {
  return text.replace(/^(?=.)/gm, "  ");
}
