// What a model file sees as Math, Date, performance and crypto: chance is seeded, time is recorded, so both can be replayed.
import { Random } from "../../training/engine.ts";

/** Readings of the clock that are kept, 32 MB of them; a replay of later ones reads the clock again. */
const mostTimes = 2 ** 22;

type Replaced = "Math" | "Date" | "performance" | "crypto";

export class ModelGlobals {
  /** By name, for the model file and what it imports. Without `record` the clock is the real one. */
  readonly values: Readonly<Partial<Record<Replaced, object>>>;
  /** By the name of a built-in module: what it exports differently. */
  readonly builtins: Readonly<Record<string, object>>;
  private readonly random = new Random(0);
  private times = new Float64Array(64);
  /** Times that have been read, and how many of them this replay has come to. */
  private recorded = 0;
  private next = 0;

  constructor({ record }: { readonly record: boolean }) {
    const math = Object.create(Math, { random: { value: () => this.uniform(), writable: true, configurable: true } });
    const chance = { getRandomValues: this.fill, randomUUID: () => this.uuid() };
    const webcrypto = overriding(crypto, chance);
    if (!record) {
      this.values = { Math: math, crypto: webcrypto };
      this.builtins = { crypto: { ...chance, webcrypto } };
      return;
    }
    const clock = overriding(performance, { now: () => this.time(() => performance.now()) });
    const date = recordedDate(() => this.time(() => Date.now()));
    this.values = { Math: math, Date: date, performance: clock, crypto: webcrypto };
    this.builtins = { crypto: { ...chance, webcrypto }, perf_hooks: { performance: clock } };
  }

  /** What comes by chance is decided by this. */
  seed(seed: number): void {
    this.random.setState(new Random(seed).getState());
  }

  /** Notes where chance and clock stand; the result brings them back there. */
  save(): () => void {
    const { next } = this;
    const state = this.random.getState();
    return () => {
      this.next = next;
      this.random.setState(state);
    };
  }

  /** Notes the same for what is no part of the run: readings of the clock in between are dropped as well. */
  saveAside(): () => void {
    const { recorded } = this;
    const restore = this.save();
    return () => {
      restore();
      this.recorded = recorded;
    };
  }

  /** The present is the newest there is: times that were recorded for later are dropped. */
  forgetFuture(): void {
    this.recorded = Math.min(this.recorded, this.next);
  }

  private time(read: () => number): number {
    if (this.next < this.recorded) return this.times[this.next++];
    const now = read();
    if (this.next >= mostTimes) return now;
    if (this.recorded === this.times.length) {
      const more = new Float64Array(2 * this.times.length);
      more.set(this.times);
      this.times = more;
    }
    this.times[this.recorded++] = now;
    this.next++;
    return now;
  }

  /** 53 bits, as Math.random has them. */
  private uniform(): number {
    return ((this.random.bits() >>> 5) * 2 ** 26 + (this.random.bits() >>> 6)) / 2 ** 53;
  }

  private readonly fill = <T extends ArrayBufferView | null>(array: T): T => {
    if (array === null) return array;
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.random.bits() >>> 24;
    return array;
  };

  /** Version 4, variant 1 (RFC 4122, section 4.4). */
  private uuid(): string {
    const bytes = this.fill(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [0, 8, 12, 16, 20].map((start, i, starts) => hex.slice(start, starts[i + 1])).join("-");
  }
}

/** The object with some of its members replaced; its own methods keep their `this`. */
function overriding<T extends object>(target: T, members: Readonly<Record<string, unknown>>): T {
  return new Proxy(target, {
    get(own, key) {
      if (typeof key === "string" && Object.hasOwn(members, key)) return members[key];
      const value: unknown = Reflect.get(own, key, own);
      return typeof value === "function" ? value.bind(own) : value;
    },
  });
}

function recordedDate(now: () => number): DateConstructor {
  return new Proxy(Date, {
    construct: (own, args, target) => Reflect.construct(own, args.length === 0 ? [now()] : args, target),
    apply: (own) => new own(now()).toString(),
    get: (own, key) => (key === "now" ? now : Reflect.get(own, key, own)),
  });
}
