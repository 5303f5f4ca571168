// What layers without a time axis say when they are made or called wrongly.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { F, nn, ones, tensor, zeros } from "../../src/api.ts";
import { Engine, setEngine } from "../../src/engine/engine.ts";
import { ReferenceKernels } from "../../src/engine/kernels/reference/reference.ts";

describe("errors name the layer and both values", () => {
  const cases: readonly (readonly [string, () => unknown, RegExp])[] = [
    ["layer norm", () => new nn.LayerNorm(4).forward(ones(2, 3)), /layer norm: .*\[2, 3\] does not end in .*\[4\]/],
    ["rms norm", () => new nn.RMSNorm([3, 4]).forward(ones(4)), /rms norm: .*\[4\] does not end in .*\[3, 4\]/],
    ["batch norm", () => new nn.BatchNorm1d(4).forward(ones(2, 3)), /BatchNorm1d: .*\[N, 4\] or \[N, 4, L\].*\[2, 3\]/],
    ["batch norm 2d", () => new nn.BatchNorm2d(4).forward(ones(2, 4)), /BatchNorm2d: .*\[N, 4, H, W\].*\[2, 4\]/],
    [
      "channels",
      () => new nn.Conv2d(3, 4, 2).forward(ones(1, 2, 4, 4)),
      /conv2d: .*\[1, 2, 4, 4\] has 2 channels.*\[4, 3, 2, 2\]/,
    ],
    ["image", () => new nn.Conv2d(3, 4, 2).forward(ones(4, 4)), /conv2d: .*\[N, C, H, W\].*\[4, 4\]/],
    ["window", () => new nn.Conv1d(1, 1, 5).forward(ones(1, 1, 3)), /conv1d: a window of \[5\].*\[1, 1, 3\]/],
    ["kernel", () => new nn.Conv1d(1, 1, 0), /Conv1d: kernelSize .* at least 1, but it is \[0\]/],
    [
      "groups",
      () => new nn.Conv2d(3, 4, 1, { groups: 2 }),
      /Conv2d: inChannels \(3\) must be a multiple of groups \(2\)/,
    ],
    ["heads", () => new nn.MultiheadAttention(6, 4), /MultiheadAttention: embedDim .* 6 is not one of 4/],
    [
      "features",
      () => new nn.MultiheadAttention(4, 2).forward(ones(1, 2, 4), ones(1, 2, 3), ones(1, 2, 4)),
      /MultiheadAttention: key must be \[batch, time, 4\], but its shape is \[1, 2, 3\]/,
    ],
    [
      "keys and values",
      () => new nn.MultiheadAttention(4, 2).forward(ones(1, 2, 4), ones(1, 2, 4), ones(1, 3, 4)),
      /key \[1, 2, 4\] and value \[1, 3, 4\] must have the same batch, and as many keys as values/,
    ],
    [
      "padding",
      () => {
        const x = ones(2, 3, 4);
        return new nn.MultiheadAttention(4, 2).forward(x, x, x, { keyPaddingMask: zeros(3, 2) });
      },
      /keyPaddingMask must be \[batch, keys\] = \[2, 3\], but its shape is \[3, 2\]/,
    ],
    [
      "a mask of booleans",
      () =>
        F.scaledDotProductAttention(ones(1, 2, 2), ones(1, 2, 2), ones(1, 2, 2), {
          attnMask: tensor([
            [0, 1],
            [0, 0],
          ]),
        }),
      /attnMask is added to the scores.*\[2, 2\] holds only 0 and 1/,
    ],
    ["dropout", () => new nn.Dropout(1), /Dropout: p must lie in \[0, 1\), but it is 1/],
    [
      "positions",
      () => new nn.LearnedPositionalEmbedding(2, 4).forward(ones(1, 3, 4)),
      /\[1, 3, 4\] has 3 timesteps, but maxLength is 2/,
    ],
    ["dimension", () => F.logSoftmax(ones(2, 3), 2), /log softmax: there is no dimension 2 in shape \[2, 3\]/],
    ["softplus", () => F.softplus(ones(1), 0), /softplus: beta must be above 0, but it is 0/],
  ];
  for (const [title, make, message] of cases) {
    test(title, () => {
      setEngine(new Engine(new ReferenceKernels()));
      assert.throws(make, { name: "ModelError", message });
    });
  }
});
