// Restricted Mode: a model file is a program, so nothing of it runs before the user trusts the folder, and the reason is said.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Scene } from "./scene.ts";

describe("a folder that is not trusted", { concurrency: false }, () => {
  let scene: Scene;

  before(async () => {
    scene = await Scene.open({ restricted: true });
  });

  after(() => scene?.close());

  const dismiss = async () => {
    await scene.driver.command("Notifications: Clear All Notifications");
    await scene.notification("trusted workspace").waitFor({ state: "hidden" });
  };

  test("is not trained or debugged, by palette, button or key, and the reason is said", async () => {
    await scene.play("refused", async () => {
      const { driver } = scene;
      await scene.openModel("iris");
      await driver.page.locator(".part.statusbar", { hasText: "Restricted Mode" }).waitFor();
      const training = /Training needs a trusted workspace: a model file is a program/;
      const debugging = /Debugging a training needs a trusted workspace: a model file is a program/;
      await driver.command("Gradient Debugger: Train Model");
      await scene.notification(training).waitFor();
      await scene.screenshot("restricted-train");
      await dismiss();
      await driver.page.locator(".editor-actions .codicon-play").first().click();
      await scene.notification(training).waitFor();
      await dismiss();
      await driver.command("Gradient Debugger: Debug Training");
      await scene.notification(debugging).waitFor();
      await dismiss();
      await driver.goTo(1);
      await driver.page.keyboard.press("F5");
      await scene.notification(debugging).waitFor();
      const { status, iteration } = await scene.probe("the state", () => true);
      assert.deepEqual([status, iteration], ["idle", 0]);
      assert.equal(await scene.status.count(), 0);
      assert.equal(existsSync(join(scene.folder, "gradient-debugger-env.d.ts")), false, "nothing was written");
    });
  });

  test("can be trusted from there, and then trains", async () => {
    await scene.play("granted", async () => {
      const { driver } = scene;
      const notification = scene.notification("trusted workspace");
      await notification.getByRole("button", { name: "Manage Workspace Trust" }).click();
      await driver.page.locator(".workspace-trust-editor").getByRole("button", { name: "Trust", exact: true }).click();
      await driver.page.locator(".part.statusbar", { hasText: "Restricted Mode" }).waitFor({ state: "hidden" });
      await scene.openModel("iris");
      await driver.command("Gradient Debugger: Train Model");
      await scene.probe("the end", ({ status, iteration }) => status === "finished" && iteration === 400);
    });
  });
});
