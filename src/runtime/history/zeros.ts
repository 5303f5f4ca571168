// Lets a pause in the middle of a layer show zeros where nothing has been computed yet, instead of what lay there before.
import type { Kernels } from "../../training/engine.ts";

/** While it is on, memory that would be handed out as it is comes as zeros, so that a replay shows the same as the first time. */
export class Zeros {
  private readonly plain: Kernels["memory"]["empty"];
  private isOn = false;

  constructor(private readonly memory: Kernels["memory"]) {
    this.plain = memory.empty;
  }

  set on(value: boolean) {
    if (value === this.isOn) return;
    this.isOn = value;
    const { memory } = this;
    memory.empty = value ? (length, persistent) => memory.floats(length, persistent) : this.plain;
  }
}
