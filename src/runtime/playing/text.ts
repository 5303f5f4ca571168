// A language model goes on writing from a piece of its data, character by character, with a generator of its own.
import { evaluate, type PlainArray } from "../../training/aside.ts";
import { Random, type Tensor } from "../../training/engine.ts";
import type { TrainingRun } from "../../training/run.ts";
import { isClassifier, type Probe, type Subject } from "./probe.ts";
import { softmax } from "./samples.ts";

const temperature = 0.8;
/** Characters of one sample, when there is time. */
const wanted = 120;
/** Milliseconds: a slow model writes less. */
const patience = 300;

/** For integer tokens with a vocabulary, and an output of scores for each of its characters (or more, that stand for none). */
export function text(run: TrainingRun, probe: Probe): Subject | null {
  const { vocabulary, train } = run.data;
  const { input, output } = probe;
  const width = output.at(-1) ?? 0;
  const fits = input.shape.length === 2 && input.data instanceof Int32Array && output.length >= 2;
  if (vocabulary === null || !fits || width < vocabulary.length || !isClassifier(probe)) return null;
  const start = tokensOf((run.validation ?? train).batch(Int32Array.of(0)).input);
  return {
    about: { kind: "text", prompt: start.map((token) => vocabulary[token]).join(""), temperature },
    early: false,
    compute: (now) => ({ kind: "text", ...write(run, start, vocabulary, width, now) }),
  };
}

function write(
  run: TrainingRun,
  start: readonly number[],
  vocabulary: readonly string[],
  width: number,
  now: () => number,
) {
  const end = now() + patience;
  // the same every time, so that two samples differ by what the model has learnt and not by luck
  const random = new Random(1);
  const window = [...start];
  const characters: string[] = [];
  const probabilities: number[] = [];
  while (characters.length < wanted && now() < end) {
    const scores = scoresAfter(run, window, width).subarray(0, vocabulary.length);
    const token = sample(softmax(scores.map((x) => x / temperature)), random);
    if (token < 0) break;
    characters.push(vocabulary[token]);
    probabilities.push(Math.round(softmax(scores)[token] * 1000) / 1000);
    // Always as long as the data's own sequences: a model may be built for that length only.
    window.push(token);
    window.shift();
  }
  return { characters, probabilities };
}

/** Scores of the character that follows. */
function scoresAfter(run: TrainingRun, window: readonly number[], size: number): Float64Array {
  const input: PlainArray = { shape: [1, window.length], data: Int32Array.from(window) };
  const set = { length: 1, batch: () => ({ input, target: input }) };
  let scores: Float64Array = new Float64Array(0);
  evaluate(run, set, Int32Array.of(0), (_, output) => {
    scores = lastRow(output, size);
    return true;
  });
  return scores;
}

function lastRow(output: Tensor, size: number): Float64Array {
  return Float64Array.from(output.floats.array.subarray(output.length - size, output.length));
}

/** Inverse transform: the first token at which Σ p passes a uniform number. −1 when p is not finite. */
function sample(p: Float64Array, random: Random): number {
  if (!p.every(Number.isFinite)) return -1;
  let left = random.uniform();
  for (let token = 0; token < p.length; token++) {
    left -= p[token];
    if (left < 0) return token;
  }
  return p.length - 1;
}

function tokensOf({ data }: PlainArray): number[] {
  return Array.from(data);
}
