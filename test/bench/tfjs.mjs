// One workload in TensorFlow.js with its wasm backend; usage: node tfjs.mjs WORKLOAD SECONDS WARM_UP_STEPS LEAST_STEPS.
// Prints one line of JSON. Batches are made before the clock starts, the loss is read after every step as a training loop
// does. Everything is written in core operations, which are several times faster than the layers of tfjs-layers.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs-core");
// the layers package is what registers the gradients of all operations
require("@tensorflow/tfjs-layers");
require("@tensorflow/tfjs-backend-cpu");
const { setWasmPaths } = require("@tensorflow/tfjs-backend-wasm");

/** As many batches as our own models draw, so that neither side learns its data by heart. */
const batches = 64;
const vocabulary = 65;

const workloads = {
  "mnist-sgd": () => ({ ...mlp(), optimizer: tf.train.sgd(0.01) }),
  "mnist-adam": () => ({ ...mlp(), optimizer: tf.train.adam(1e-3) }),
  "char-rnn-adam": () => recurrent(1, rnnStep, { hidden: 128, timesteps: 32, batch: 16 }),
  "lstm-128": () => recurrent(4, lstmStep, { hidden: 128, timesteps: 32, batch: 16 }),
  "lstm-256": () => recurrent(4, lstmStep, { hidden: 256, timesteps: 64, batch: 32 }),
  "tiny-mlp": () => ({ ...tinyMlp(), optimizer: tf.train.sgd(0.03) }),
  transformer: () => transformer({ d: 128, heads: 4, layers: 2, timesteps: 64, batch: 8 }),
};

const [workload, seconds, warmUp, least] = [process.argv[2], ...process.argv.slice(3).map(Number)];
if (!(workload in workloads) || !(seconds > 0) || !(warmUp >= 0) || !(least >= 1)) {
  throw new Error(`usage: node tfjs.mjs ${Object.keys(workloads).join("|")} SECONDS WARM_UP_STEPS LEAST_STEPS`);
}
setWasmPaths(`${path.dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
if (!(await tf.setBackend("wasm"))) throw new Error("tfjs: the wasm backend is not available");
await tf.ready();

const { parameters, draw, loss, optimizer } = workloads[workload]();
const data = Array.from({ length: batches }, draw);
let step = 0;
const times = measure(() => {
  const { x, y } = data[step++ % batches];
  const cost = optimizer.minimize(() => loss(x, y), true, parameters);
  cost.dataSync();
  cost.dispose();
});
const { version } = JSON.parse(readFileSync(require.resolve("@tensorflow/tfjs-core/package.json"), "utf8"));
const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
const threads = await tf.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT");
console.log(JSON.stringify({ engine: `tfjs-wasm ${version}`, workload, ...times, details: { simd, threads } }));

/** 784-256-128-10, ReLU, cross-entropy, batch 64. */
function mlp() {
  const layers = linears([784, 256, 128, 10]);
  return {
    parameters: layers.flat(),
    draw: () => ({ x: tf.randomUniform([64, 784]), y: oneHot(64, 10) }),
    loss: (x, y) => tf.losses.softmaxCrossEntropy(y, chain(x, layers, tf.relu)),
  };
}

/** 2-8-8-1, tanh, mean squared error, batch 32. */
function tinyMlp() {
  const layers = linears([2, 8, 8, 1]);
  return {
    parameters: layers.flat(),
    draw: () => ({ x: tf.randomUniform([32, 2]), y: tf.randomUniform([32, 1]) }),
    loss: (x, y) => tf.losses.meanSquaredError(y, chain(x, layers, tf.tanh)),
  };
}

function linears(sizes) {
  return sizes.slice(1).map((n, l) => [variable([sizes[l], n], sizes[l]), variable([n], sizes[l])]);
}

/** The layers one after another, an activation between each two. */
function chain(x, layers, activation) {
  return layers.reduce((a, layer, l) => (l === 0 ? affine(a, layer) : affine(activation(a), layer)), x);
}

function affine(a, [w, b]) {
  return tf.add(tf.matMul(a, w), b);
}

/**
 * One-hot characters, a recurrent layer of `gates` gates, a head at every timestep. Rows are in time-major order and the
 * input's share of all timesteps is one product: the fastest way to write it in these operations.
 */
function recurrent(gates, cell, { hidden, timesteps, batch }) {
  const wx = variable([vocabulary, gates * hidden], hidden);
  const wh = variable([hidden, gates * hidden], hidden);
  const bias = variable([gates * hidden], hidden);
  const head = [variable([hidden, vocabulary], hidden), variable([vocabulary], hidden)];
  return {
    optimizer: tf.train.adam(1e-3),
    parameters: [wx, wh, bias, ...head],
    draw: () => ({ x: oneHot(timesteps * batch, vocabulary), y: oneHot(timesteps * batch, vocabulary) }),
    loss(x, y) {
      let state = { h: tf.zeros([batch, hidden]), c: tf.zeros([batch, hidden]) };
      const states = tf.split(affine(x, [wx, bias]), timesteps, 0).map((zx) => {
        state = cell(tf.add(zx, tf.matMul(state.h, wh)), state.c);
        return state.h;
      });
      return tf.losses.softmaxCrossEntropy(y, affine(tf.concat(states, 0), head));
    },
  };
}

/** h = tanh(z) */
function rnnStep(z, c) {
  return { h: tf.tanh(z), c };
}

/** Gates i f g o: c' = σ(f) c + σ(i) tanh(g), h = σ(o) tanh(c') */
function lstmStep(z, c) {
  const [i, f, g, o] = tf.split(z, 4, 1);
  const next = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
  return { h: tf.mul(tf.sigmoid(o), tf.tanh(next)), c: next };
}

/** Pre-norm transformer over characters, causal, GELU with tanh, four times as wide inside; rows are batch-major. */
function transformer({ d, heads, layers, timesteps, batch }) {
  const parameters = [];
  const parameter = (shape, fanIn) => {
    const made = variable(shape, fanIn);
    parameters.push(made);
    return made;
  };
  const linear = (from, to) => [parameter([from, to], from), parameter([to], from)];
  const norm = () => [parameter([d], 1), parameter([d], d)];
  const table = parameter([vocabulary, d], 1);
  const position = parameter([timesteps, d], 1);
  const blocks = Array.from({ length: layers }, () => ({
    norm1: norm(),
    inProj: linear(d, 3 * d),
    outProj: linear(d, d),
    norm2: norm(),
    linear1: linear(d, 4 * d),
    linear2: linear(4 * d, d),
  }));
  const lastNorm = norm();
  const head = parameter([d, vocabulary], d);
  // what a query may not see; a large number because 0 · ∞ has no gradient
  const mask = tf.mul(tf.sub(tf.linalg.bandPart(tf.ones([timesteps, timesteps]), -1, 0), 1), 1e9);

  const split = (z) =>
    tf.reshape(tf.transpose(tf.reshape(z, [batch, timesteps, heads, d / heads]), [0, 2, 1, 3]), [
      batch * heads,
      timesteps,
      d / heads,
    ]);
  const join = (z) =>
    tf.reshape(tf.transpose(tf.reshape(z, [batch, heads, timesteps, d / heads]), [0, 2, 1, 3]), [batch * timesteps, d]);
  const attention = (x, { inProj, outProj }) => {
    const [q, k, v] = tf.split(affine(x, inProj), 3, 1).map(split);
    const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(d / heads));
    return affine(join(tf.matMul(tf.softmax(tf.add(scores, mask)), v)), outProj);
  };
  return {
    optimizer: tf.train.adam(1e-3),
    parameters,
    draw: () => ({ x: oneHot(batch * timesteps, vocabulary), y: oneHot(batch * timesteps, vocabulary) }),
    loss(x, y) {
      // a product with one-hot rows, because this backend has no gradient for a gather
      const embedded = tf.reshape(tf.matMul(x, table), [batch, timesteps, d]);
      let a = tf.reshape(tf.add(embedded, position), [batch * timesteps, d]);
      for (const block of blocks) {
        a = tf.add(a, attention(layerNorm(a, block.norm1), block));
        a = tf.add(a, affine(gelu(affine(layerNorm(a, block.norm2), block.linear1)), block.linear2));
      }
      return tf.losses.softmaxCrossEntropy(y, tf.matMul(layerNorm(a, lastNorm), head));
    },
  };
}

function layerNorm(x, [weight, bias]) {
  const centred = tf.sub(x, tf.mean(x, 1, true));
  const variance = tf.mean(tf.square(centred), 1, true);
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), weight), bias);
}

/** z/2 · (1 + tanh(√(2/π) (z + 0.044715 z³))) */
function gelu(z) {
  const inner = tf.add(z, tf.mul(0.044715, tf.mul(z, tf.mul(z, z))));
  return tf.mul(tf.mul(z, 0.5), tf.add(1, tf.tanh(tf.mul(Math.sqrt(2 / Math.PI), inner))));
}

function variable(shape, fanIn) {
  const bound = 1 / Math.sqrt(fanIn);
  return tf.variable(tf.randomUniform(shape, -bound, bound));
}

function oneHot(rows, classes) {
  return tf.cast(tf.oneHot(tf.randomUniform([rows], 0, classes, "int32"), classes), "float32");
}

/** Milliseconds of the steps of `seconds`, after a warm-up of a third of that and at least `warmUp` steps. */
function measure(step) {
  const warm = performance.now() + (seconds * 1000) / 3;
  for (let steps = 0; steps < warmUp || performance.now() < warm; steps++) step();
  const times = [];
  const begin = performance.now();
  while (times.length < least || performance.now() < begin + seconds * 1000) {
    const start = performance.now();
    step();
    times.push(performance.now() - start);
  }
  const mean = (performance.now() - begin) / times.length;
  times.sort((a, b) => a - b);
  return { medianMs: times[times.length >> 1], meanMs: mean, steps: times.length };
}
