// What a model file sees as `data`.
export { type ArraysOptions, arrays, type NestedSamples } from "./arrays.ts";
export { type CsvOptions, csv } from "./csv/csv.ts";
export { type GenerateOptions, generate, type SampleFunction } from "./generate.ts";
export { type MnistFiles, type MnistOptions, mnist } from "./mnist.ts";
export type { ElementType, NestedNumbers } from "./nested.ts";
export type { Batch, DataSet, DataSource, LoadedData, PlainArray } from "./source.ts";
export { type TextOptions, text } from "./text.ts";
