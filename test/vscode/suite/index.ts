// Entry of the suite inside the extension host: runs every *.test file beside it with mocha and reports line by line.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import Mocha from "mocha";

export function run(): Promise<void> {
  const mocha = new Mocha({ ui: "bdd", color: false, timeout: 60_000, slow: 5_000 });
  for (const name of readdirSync(__dirname)
    .filter((file) => file.endsWith(".test.cjs"))
    .sort()) {
    mocha.addFile(join(__dirname, name));
  }
  return new Promise((resolve, reject) => {
    let passed = 0;
    const runner = mocha.run((failed) => {
      // The launcher wants to see this line: without it the extension host died on the way.
      console.log(`${passed} passed, ${failed} failed`);
      if (failed > 0 || passed === 0) reject(new Error(`${failed} failed, ${passed} passed`));
      else resolve();
    });
    runner.on("pass", () => {
      passed++;
    });
  });
}
