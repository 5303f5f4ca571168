// The package as users get it: built, installed into VS Code from its file, and used.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { root, scratch } from "../host/install.ts";
import { installPackage } from "../host/server.ts";
import { Scene, until } from "./scene.ts";

/** The limit. */
const limitMegabytes = 8;

describe("the package", () => {
  test("is at most 8 MB, installs, activates, and trains iris", async () => {
    const folder = join(scratch, "package");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const vsix = join(folder, "gradient-debugger.vsix");
    // npm's own variables would make this npm look for its package elsewhere.
    const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_")));
    execFileSync("npm", ["run", "package", "--", "--out", vsix], { cwd: root, env: environment, stdio: "pipe" });
    const megabytes = statSync(vsix).size / 1e6;
    console.log(`package ${megabytes.toFixed(2)} MB`);
    assert.ok(megabytes <= limitMegabytes, `${megabytes} MB, more than ${limitMegabytes} MB`);

    const extensionsFolder = join(folder, "extensions");
    installPackage(vsix, extensionsFolder);
    const scene = await Scene.open({ extensionsFolder });
    try {
      await scene.play("package", async () => {
        await scene.openModel("iris");
        await scene.driver.command("Gradient Debugger: Train Model");
        await scene.status.filter({ hasText: "epoch 50/50 · iteration 400 · loss 0." }).waitFor();
        await scene.notification(/Trained IrisMLP: 400 iterations/).waitFor();
        await scene.curve("Loss");
        // TypeScript has found the types that the extension has written into this new folder.
        await until("TypeScript's word on a layer", async () =>
          (await scene.driver.hover("this.hidden.forward", "hidden")).includes("IrisMLP.hidden: nn.Linear")
            ? true
            : null,
        );
        await scene.driver.page.locator('[id="status.problems"] [aria-label="No Problems"]').waitFor();
        await scene.screenshot("package-trained");
      });
    } finally {
      await scene.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
