// Characters and numbers as they stand below an axis of time: what cannot be seen is made visible.
import type { SequenceInput } from "../../../src/protocol/inspector/time.ts";
import { formatNumber } from "../../format.ts";

const visible: Readonly<Record<string, string>> = {
  " ": "␣",
  "\n": "⏎",
  "\r": "␍",
  "\t": "⇥",
  "\u00a0": "⍽",
  "\u2028": "⏎",
  "\u2029": "¶",
};

const names: Readonly<Record<string, string>> = {
  " ": "space",
  "\n": "line end",
  "\r": "carriage return",
  "\t": "tab",
  "\u00a0": "no-break space",
  "\ufffd": "a rare character",
};

/** One sign for a character; of control characters the pictures that Unicode has for them. */
export function signOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return visible[character] ?? (code < 0x20 ? String.fromCodePoint(0x2400 + code) : character);
}

/** Is the sign another one than the character? Such signs are drawn paler. */
export function isStandIn(character: string): boolean {
  return signOf(character) !== character;
}

/** What goes in at a timestep, in words: `input “e”`, `input space`, `token 17`, `x = 0.5, 1`; empty when it is not known. */
export function describeInput(input: SequenceInput, t: number): string {
  switch (input.kind) {
    case "characters": {
      const character = input.steps[t];
      return character === undefined ? "" : `input ${names[character] ?? `“${signOf(character)}”`}`;
    }
    case "tokens":
      return input.steps[t] === undefined ? "" : `token ${input.steps[t]}`;
    case "values": {
      const values = input.steps[t];
      if (values === undefined) return "";
      const more = input.features > values.length ? `, … (${input.features})` : "";
      return `x = ${values.map((value) => formatNumber(value)).join(", ")}${more}`;
    }
    case "none":
      return "";
  }
}

/** The text around a timestep, `Call me [I]shmael`, for where the axis has no room for it; empty unless it is a text. */
export function contextOf(input: SequenceInput, t: number, around = 12): string {
  if (input.kind !== "characters" || input.steps[t] === undefined) return "";
  const join = (from: number, to: number) => input.steps.slice(Math.max(0, from), to).map(signOf).join("");
  return `${t > around ? "…" : ""}${join(t - around, t)}[${signOf(input.steps[t])}]${join(t + 1, t + 1 + around)}${t + 1 + around < input.steps.length ? "…" : ""}`;
}

/** Every how many timesteps there is room for a number, when a timestep is so many pixels wide; 1, 2 or 5 times a power of ten. */
export function labelEvery(cell: number, length: number, pixels = 8): number {
  const width = (String(Math.max(0, length - 1)).length + 1) * pixels;
  for (let power = 1; ; power *= 10) {
    for (const step of [1, 2, 5]) if (step * power * cell >= width) return step * power;
  }
}
