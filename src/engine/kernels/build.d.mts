// The types of build.mjs.

/** Compiles what is older than its sources and gives the paths of the two modules. */
export function buildKernels(): Promise<{ readonly simd: string; readonly relaxed: string }>;
