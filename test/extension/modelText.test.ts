// Which files are model files, and where their training stands.
import assert from "node:assert/strict";
import { test } from "node:test";
import { templates } from "../../src/extension/create/templates.ts";
import { isModelFile, modelName, trainingOffset } from "../../src/extension/editor/modelText.ts";
import { maskSource } from "../../src/extension/editor/sourceText.ts";
import { modelText } from "./samples.ts";

test("comments and strings are blanked and every offset stays", () => {
  const text = 'a("x{", `\n{b}`); // c {\n/* d\n} */ e';
  assert.equal(maskSource(text), 'a("  ", `\n   `);       \n    \n     e');
  assert.equal(maskSource("a 'open\nb"), "a '    \nb");
});

test("the default export makes a model file, whatever it is called", () => {
  assert.ok(isModelFile("/a/net.ts", modelText));
  assert.ok(isModelFile("/a/net.js", "const t = defineTraining({});\nexport default t;"));
  assert.ok(isModelFile("/a/net.js", "const t = defineTraining ({});\nexport { t as default };"));
  for (const template of templates) assert.ok(isModelFile("/a/x.model.ts", template.source("x")));
});

test("mentioning defineTraining does not make one", () => {
  assert.ok(!isModelFile("/a/net.ts", "// export default defineTraining({})"));
  assert.ok(!isModelFile("/a/net.ts", 'export default "defineTraining({})";'));
  assert.ok(!isModelFile("/a/net.ts", "export function defineTraining() {}\nexport default 1;"));
  assert.ok(!isModelFile("/a/net.ts", "export const t = defineTraining({});"));
  assert.ok(!isModelFile("/a/gradient-debugger-env.d.ts", "export default defineTraining({})"));
});

test("the conventional name counts only with our import, because other projects use it for data classes", () => {
  assert.ok(isModelFile("/a/net.model.ts", 'import { nn } from "gradient-debugger";'));
  assert.ok(!isModelFile("/a/user.model.ts", "export interface User { name: string }"));
  assert.ok(!isModelFile("/a/net.ts", 'import { nn } from "gradient-debugger";'));
});

test("the training stands where its statement begins", () => {
  assert.equal(trainingOffset(modelText), modelText.indexOf("export default"));
  assert.equal(trainingOffset("x;\nconst t = defineTraining({});"), 3);
  assert.equal(trainingOffset("// defineTraining({})"), null);
});

test("a model's name is its file's without the ending", () => {
  const names = ["/a/char-rnn.model.ts", "C:\\a\\net.model.mjs", "/a/net.tsx", "net"].map(modelName);
  assert.deepEqual(names, ["char-rnn", "net", "net", "net"]);
});
