// Models of one's own: "New Model" through its questions, a mistake that leads to its line, and a loop that never ends.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { watchContention } from "../host/contention.ts";
import { Scene } from "./scene.ts";

/** The limit in milliseconds, from the click to the end. */
const stopLimit = 1000;

describe("a model of one's own", { concurrency: false }, () => {
  let scene: Scene;

  before(async () => {
    scene = await Scene.open();
  });

  after(() => scene?.close());

  /** The text of the new model file with a change in it, written as another file. */
  function variant(name: string, from: string, to: string): void {
    const text = readFileSync(join(scene.folder, "poem.model.ts"), "utf8");
    assert.ok(text.includes(from));
    writeFileSync(join(scene.folder, `${name}.model.ts`), text.replace(from, to));
  }

  test("New Model asks for kind and name, writes model and data, and what it wrote learns", async () => {
    await scene.play("new", async () => {
      const { driver } = scene;
      await scene.openModel("iris");
      await driver.command("Gradient Debugger: New Model");
      const choices = (await driver.choices()).map((text) => text.split("\n")[0]);
      assert.deepEqual(choices, ["MLP", "char-RNN"]);
      await driver.choose("char-RNN");
      await driver.answer("poem");
      await driver.page.locator('.tab.active[data-resource-name="poem.model.ts"]').waitFor();
      await driver.command("Gradient Debugger: Train Model");
      // A small text is learnt by heart.
      await scene.status.filter({ hasText: /^.*epoch (?:[5-9]|[1-3]\d)\/30 · iteration \d+ · loss [0-2]\./ }).waitFor();
      await scene.curve("Loss");
      await scene.screenshot("new-model");
      await driver.command("Gradient Debugger: Stop Training");
      await scene.probe("the end", ({ status }) => status === "finished");
    });
  });

  test("a mistake is underlined, said in a notification, and a click leads to its line", async () => {
    await scene.play("mistake", async () => {
      const { driver } = scene;
      variant("wrong", "new nn.Linear(64, vocabulary)", "new nn.Linear(63, vocabulary)");
      await scene.openModel("wrong");
      await driver.command("Gradient Debugger: Train Model");
      const notification = scene.notification(/wrong\.model\.ts:\d+: .*64.*63/s);
      await notification.waitFor();
      await driver.page.locator(".editor-group-container .squiggly-error").first().waitFor();
      await scene.inspector(".failure-message").filter({ hasText: "64" }).waitFor();
      await scene.screenshot("mistake");
      await notification.hover();
      await notification.getByRole("button", { name: "Go to Line" }).click();
      const text = readFileSync(join(scene.folder, "wrong.model.ts"), "utf8").split("\n");
      const line = text.findIndex((each) => each.includes("this.head.forward(h)")) + 1;
      await driver.page.locator(".part.statusbar", { hasText: `Ln ${line}, Col` }).waitFor();
      await driver.page.locator(".part.statusbar .codicon-error").first().waitFor();
    });
  });

  test("an endless loop leaves the window responsive, and Stop ends it within a second", async () => {
    await scene.play("endless", async () => {
      const { driver } = scene;
      variant("endless", "const x =", "for (;;) {}\n    const x =");
      await scene.openModel("endless");
      await driver.command("Gradient Debugger: Train Model");
      await scene.probe("the run", ({ status }) => status === "running");
      await driver.openFile("README.md");
      await driver.lineWith("Example models").waitFor();
      await scene.button("Stop").waitFor();
      const contended = watchContention();
      const asked = Date.now();
      // Not `click`, which first waits until the page keeps still.
      await scene.button("Stop").dispatchEvent("click");
      await scene.probe("the end", ({ status }) => status === "finished");
      const taken = Date.now() - asked;
      const limit = stopLimit * contended();
      console.log(`stopped after ${taken} ms`);
      assert.ok(taken <= limit, `${taken} ms, more than ${limit.toFixed(0)} ms`);
      await scene.inspector(".status-label").filter({ hasText: "Stopped" }).waitFor();
    });
  });
});
