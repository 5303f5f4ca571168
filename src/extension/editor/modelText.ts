// Tells from its text whether a file is a model file, and where its training is defined. Knows no VS Code.
import { maskSource } from "./sourceText.ts";

/** VS Code's languages a model file can be written in. */
export const modelLanguages = ["typescript", "javascript", "typescriptreact", "javascriptreact"] as const;

/** Files that are model files by name, as a glob. */
export const modelGlob = "**/*.model.{ts,js,mts,mjs}";

const conventional = /\.model\.(ts|js|mts|mjs)$/;
const declaration = /\.d\.[cm]?ts$/;
const call = /(?<!function\s+)(?<![.\w$])defineTraining\s*\(/;
const defaultExport = /\bexport\s+default\b|\bas\s+default\b|\bmodule\.exports\b/;

/**
 * True when the file exports a `defineTraining` as its default. A file that follows the naming convention and imports
 * `gradient-debugger` is one as well, so that its missing export can be told; the name alone proves nothing, because
 * other projects call their data classes `user.model.ts`.
 */
export function isModelFile(fileName: string, text: string): boolean {
  if (declaration.test(fileName)) return false;
  const source = maskSource(text);
  if (call.test(source) && defaultExport.test(source)) return true;
  return conventional.test(fileName) && /["']gradient-debugger["']/.test(text);
}

/** Offset of the statement that calls `defineTraining`, or null. */
export function trainingOffset(text: string): number | null {
  const match =
    /(?:\bexport\s+default\s+|\b(?:const|let|var)\s+[\w$]+\s*=\s*)?(?<!function\s+)(?<![.\w$])defineTraining\s*\(/.exec(
      maskSource(text),
    );
  return match === null ? null : match.index;
}

/** `CharRNN` of `char-rnn.model.ts`: the file's name without its ending, for people. */
export function modelName(file: string): string {
  const name = file.replace(/^.*[\\/]/, "");
  return name.replace(conventional, "").replace(/\.[cm]?[jt]sx?$/, "");
}
