// How the page is bundled: what the build and the page's own tests share.

/** @type {import("esbuild").BuildOptions} */
export const pageOptions = {
  bundle: true,
  format: "iife",
  platform: "browser",
  target: "es2022",
  // KaTeX's fonts, in the one format that every VS Code reads, as part of the style sheet
  loader: { ".woff2": "dataurl", ".woff": "empty", ".ttf": "empty" },
};
