// What the page finds around it: VS Code's API and style sheets that the bundler takes in.
declare module "*.css";

interface VsCodeApi {
  postMessage(message: import("../src/protocol/inspector/inspector.ts").FromWebview): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** May be called once. */
declare function acquireVsCodeApi(): VsCodeApi;
