// The moment at which the extension's code began to load. Imported first by extension.ts, for the activation time.
export const loadedAt = performance.now();
