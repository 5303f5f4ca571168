// Runs the tests that need no VS Code, in child processes, two at a time; exits with 1 when one fails.
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const here = import.meta.dirname;
/** Words of the command line pick the files whose path has one of them: `npm run test:unit -- parity`. */
const words = process.argv.slice(2);
const files = readdirSync(here, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts") && !/^(vscode|bench)\b/.test(file) && !file.includes("node_modules"))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .map((file) => join(here, file))
  .sort();

if (files.length === 0) {
  console.error(`no test file matches ${words.join(" ")}`);
  process.exit(1);
}
console.log(`${files.length} files: ${files.map((f) => relative(here, f)).join(" ")}`);
// the children run as this process does, with tsx
const results = run({ files, concurrency: 2 });
results.on("test:fail", () => {
  process.exitCode = 1;
});
results.compose(new spec()).pipe(process.stdout);
