// Packed numbers of the model at play, unpacked once however often they are drawn.
import { type Packed, unpack } from "../../../src/protocol/inspector/playing.ts";

const known = new WeakMap<Packed, Float64Array>();

export function numbersOf(packed: Packed): Float64Array {
  const before = known.get(packed);
  if (before !== undefined) return before;
  const numbers = unpack(packed, bytesOf(packed.bytes));
  known.set(packed, numbers);
  return numbers;
}

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
