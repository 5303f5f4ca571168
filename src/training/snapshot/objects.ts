// Copies of what objects hold, to be put back later: fields, collections, numbers. Knows nothing of training.
import type { FloatBuffer } from "../../engine/kernels/kernels.ts";
import { Tensor } from "../../engine/tensor.ts";

/** Something that can be put back as it was. */
export interface Saved {
  /** Memory that it takes. */
  readonly bytes: number;
  /** The copied numbers; free for `saveObjects` to use again once this is not needed any more. */
  readonly numbers: ArrayBuffer;
  restore(): void;
}

export interface SaveOptions {
  /** Are the values of gradients kept too? That a tensor has none yet is always kept. */
  readonly gradients: boolean;
  /** Memory of something saved that is needed no more; taken when it has the right size. */
  readonly reuse: ArrayBuffer | null;
  /** Objects that are left as they will be then. Default: none. */
  readonly except?: ReadonlySet<object>;
}

/**
 * Saves everything that can be reached from `roots`: fields that JavaScript lists (no `#private` ones and nothing that only a
 * closure holds), arrays, maps, sets, typed arrays, and the numbers of persistent tensors. Objects keep their identity when
 * they are put back, so that whoever holds them sees the old values. Functions are not looked into.
 */
export function saveObjects(roots: readonly object[], { gradients, reuse, except }: SaveOptions): Saved {
  const walk = new Walk(gradients, except);
  for (const root of roots) walk.visit(root);
  while (walk.waiting.length > 0) walk.visit(walk.waiting.pop());
  const { undo, arrays } = walk;
  const size = arrays.reduce((sum, array) => sum + aligned(array.byteLength), 0);
  const numbers = reuse?.byteLength === size ? reuse : new ArrayBuffer(size);
  copy(arrays, numbers, (own, kept) => kept.set(own));
  return {
    bytes: size + walk.entries * entryBytes,
    numbers,
    restore() {
      for (const put of undo) put();
      copy(arrays, numbers, (own, kept) => own.set(kept));
    },
  };
}

/** What one remembered field or element takes, roughly. */
const entryBytes = 16;
/** What remembering an object takes beside its contents, in entries. */
const objectEntries = 12;

type Numbers = ArrayBufferView & { readonly buffer: ArrayBufferLike };

class Walk {
  /** What puts fields, collections and tensors back; numbers come after. */
  readonly undo: (() => void)[] = [];
  readonly arrays: Numbers[] = [];
  readonly waiting: unknown[] = [];
  entries = 0;
  private readonly seen: Set<object>;

  constructor(
    private readonly gradients: boolean,
    except: ReadonlySet<object> = new Set(),
  ) {
    this.seen = new Set(except);
  }

  visit(value: unknown): void {
    if (typeof value !== "object" || value === null || this.seen.has(value)) return;
    this.seen.add(value);
    if (value instanceof Tensor) this.tensor(value);
    else if (ArrayBuffer.isView(value)) this.arrays.push(value);
    else if (isBuffer(value)) this.arrays.push(value.array);
    else if (Array.isArray(value)) this.array(value);
    else if (value instanceof Map) this.map(value);
    else if (value instanceof Set) this.set(value);
    else this.fields(value);
  }

  private tensor(tensor: Tensor): void {
    // the memory of others is gone when their iteration has ended
    if (!tensor.persistent) return;
    const { numbers, restore } = tensor.saveGradient();
    this.arrays.push(tensor.storage.array);
    if (numbers !== null && this.gradients) this.arrays.push(numbers.array);
    this.entries += objectEntries;
    this.undo.push(restore);
  }

  private array(array: unknown[]): void {
    const elements = array.slice();
    this.remember(elements);
    this.undo.push(() => {
      if (array.length !== elements.length) array.length = elements.length;
      for (let i = 0; i < elements.length; i++) if (array[i] !== elements[i]) array[i] = elements[i];
    });
  }

  private map(map: Map<unknown, unknown>): void {
    const entries = [...map];
    this.remember(entries.flat());
    this.undo.push(() => {
      map.clear();
      for (const [key, value] of entries) map.set(key, value);
    });
  }

  private set(set: Set<unknown>): void {
    const elements = [...set];
    this.remember(elements);
    this.undo.push(() => {
      set.clear();
      for (const element of elements) set.add(element);
    });
  }

  private fields(object: object): void {
    const all = Object.keys(object);
    // what a getter gives is held elsewhere, and asking it may do anything
    const keys = all.filter((key) => Object.getOwnPropertyDescriptor(object, key)?.get === undefined);
    const values = keys.map((key): unknown => Reflect.get(object, key));
    this.remember(values);
    this.undo.push(() => {
      const added = Object.keys(object).filter((key) => !all.includes(key));
      for (const key of added) Reflect.deleteProperty(object, key);
      for (let i = 0; i < keys.length; i++) {
        if (Reflect.get(object, keys[i]) !== values[i]) Reflect.set(object, keys[i], values[i]);
      }
    });
  }

  private remember(values: readonly unknown[]): void {
    this.entries += values.length + objectEntries;
    for (const value of values) if (typeof value === "object" && value !== null) this.waiting.push(value);
  }
}

/** Memory of the engine: its array is a view that is made when somebody looks. */
function isBuffer(value: object): value is FloatBuffer {
  return "ptr" in value && "array" in value && ArrayBuffer.isView(value.array);
}

function copy(arrays: readonly Numbers[], numbers: ArrayBuffer, move: (own: Uint8Array, kept: Uint8Array) => void) {
  let at = 0;
  for (const array of arrays) {
    const { buffer, byteOffset, byteLength } = array;
    move(new Uint8Array(buffer, byteOffset, byteLength), new Uint8Array(numbers, at, byteLength));
    at += aligned(byteLength);
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
