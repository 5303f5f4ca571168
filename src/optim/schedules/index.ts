// What a model file sees as `optim.schedules`.
export { cosine, exponential, linear, multiStep, sequential, step } from "./decay.ts";
export { type OneCycleOptions, oneCycle } from "./oneCycle.ts";
export { type PlateauOptions, plateau } from "./plateau.ts";
export type { Interval, Schedule } from "./schedule.ts";
