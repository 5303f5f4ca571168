// The types of build.mjs.
import type { BuildOptions } from "esbuild";

/** Entry and output are the caller's. */
export const pageOptions: BuildOptions;
