// Every operation can be explained, forwards and backwards, at every input, whatever its numbers are.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { explanations } from "../../../src/runtime/origin/explain/table.ts";
import { reportOrigin } from "../../../src/runtime/origin/report.ts";
import type { OperationName } from "../../../src/training/engine.ts";
import { Session } from "../history/debugged.ts";

const head = `import { cat, nn, F, optim, data, defineOp, defineTraining, type Tensor } from "gradient-debugger";\n`;

function training(model: string, input: string, target: string, loss: string, type = "float"): string {
  return `${head}${model}
export default defineTraining({
  model: () => new M(),
  data: data.arrays({ input: ${input}, target: ${target} }, { batchSize: 2, inputType: "${type}" }),
  loss: ${loss},
  optimizer: (p) => optim.adam(p),
  epochs: 1,
  seed: 1,
});
`;
}

const sequences = "[[[1, 2], [3, 4], [5, 6]], [[2, 1], [0, 1], [1, 0]]]";

const models: Readonly<Record<string, string>> = {
  "elementwise operations, reductions and views": training(
    `const doubled = defineOp({ name: "doubled", forward: (x: Tensor) => ({ output: x.mul(2), saved: null }), backward: (g: Tensor) => [g.mul(2)] });
    class M extends nn.Module {
      l = new nn.Linear(3, 3);
      forward(x: Tensor): Tensor {
        const y = this.l.forward(x);
        const p = y.abs().add(1);
        const parts = [
          y.add(x), y.sub(x), y.mul(y), y.div(p), y.relu(), y.sigmoid(), y.tanh(), y.gelu(), y.exp(), p.log(), p.sqrt(),
          y.square(), y.neg(), p.reciprocal(), y.pow(2), y.clamp(-1, 1), y.maximum(x), y.minimum(x), F.leakyRelu(y), F.elu(y),
          F.selu(y), F.silu(y), F.softplus(y), F.dropout(y, 0.5), y.softmax(), F.logSoftmax(y), y.matmul(y.transpose(0, 1)).matmul(y),
          y.maskedFill(y.gt(0), 2), y.permute(1, 0).permute(1, 0), y.slice(1, 0, 3, 1), y.narrow(1, 0, 3), doubled(y),
        ];
        const sums = [y.sum(), y.mean(), y.max(), y.min(), y.norm(), y.sum(0).mean(), y.std()];
        let out = y;
        for (const part of parts) out = out.add(part);
        for (const sum of sums) out = out.add(sum);
        return out;
      }
    }`,
    "[[1, 2, 3], [4, 5, 6]]",
    "[[1, 0, 1], [0, 1, 0]]",
    "F.mseLoss",
  ),
  "an RNN, an LSTM and a GRU": training(
    `class M extends nn.Module {
      a = new nn.RNN(2, 3);
      b = new nn.LSTM(3, 3);
      c = new nn.GRU(3, 3);
      forward(x: Tensor): Tensor {
        return this.c.forward(this.b.forward(this.a.forward(x)[0])[0])[0].select(1, -1);
      }
    }`,
    sequences,
    "[1, 2]",
    "F.crossEntropy",
  ),
  "a transformer and its norms": training(
    `class M extends nn.Module {
      e = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 8, dropout: 0.1 });
      up = new nn.Linear(2, 4);
      n = new nn.RMSNorm(4);
      forward(x: Tensor): Tensor {
        return this.n.forward(this.e.forward(this.up.forward(x)).mean(1));
      }
    }`,
    sequences,
    "[[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1]]",
    "(y, t) => F.klDiv(F.logSoftmax(y), t).add(F.binaryCrossEntropyWithLogits(y, t)).add(F.huberLoss(y, t))",
  ),
  "an image network": training(
    `class M extends nn.Module {
      c = new nn.Conv2d(1, 2, 3, { padding: 1 });
      n = new nn.BatchNorm2d(2);
      h = new nn.Linear(4, 2);
      forward(x: Tensor): Tensor {
        const z = F.relu(this.n.forward(this.c.forward(x)));
        return F.logSoftmax(this.h.forward(F.maxPool2d(z, 2).add(F.avgPool2d(z, 2)).reshape(2, -1).narrow(1, 0, 4)));
      }
    }`,
    "[0, 1].map((k) => [Array.from({ length: 4 }, (_, i) => Array.from({ length: 4 }, (_, j) => i - j + k))])",
    "[0, 1]",
    "F.nllLoss",
  ),
  "an embedding and what is picked by number": training(
    `class M extends nn.Module {
      e = new nn.Embedding(5, 3);
      c = new nn.Conv1d(3, 3, 1);
      forward(x: Tensor): Tensor {
        const y = this.e.forward(x);
        const z = this.c.forward(y.transpose(1, 2));
        return cat([z.max(1).unsqueeze(1), z], 1).select(2, 0).narrow(1, 0, 3);
      }
    }`,
    "[[0, 1, 2], [3, 4, 0]]",
    "[0, 1]",
    "F.crossEntropy",
    "int",
  ),
};

const seen = new Set<OperationName>();

describe("explanations", { concurrency: false }, () => {
  for (const [what, source] of Object.entries(models)) {
    test(`explain ${what}`, async () => {
      await Session.train(source, function* (session) {
        session.controller.exceptions.set([{ filter: "explodingGradient", condition: "norm >= 0" }]);
        const stop = yield "continue";
        assert.equal(stop.name, "end of backward");
        const { run, user } = session;
        const context = { run, user, model: { file: "", code: "", map: "", inputs: [], sites: [] } };
        for (const node of run.engine.tape) {
          seen.add(node.operation);
          const last = node.output.length - 1;
          const reports = [0, Math.floor(last / 2), last].map((i) =>
            reportOrigin(context, { kind: "forward", node, i }),
          );
          for (const of of new Set(node.inputs)) {
            if (!of.hasGradient) continue;
            reports.push(...[0, of.length - 1].map((j) => reportOrigin(context, { kind: "backward", node, of, j })));
          }
          for (const { formula, where } of reports) {
            assert.doesNotMatch(`${formula} ${where}`, /undefined|NaN|\[object/, `${node.operation}: ${formula}`);
            assert.ok(formula.length > 3 && formula.length < 500, formula);
            assert.ok(where.startsWith(node.title), where);
          }
        }
        session.controller.exceptions.set([]);
      });
    });
  }

  test("these models have computed nearly every operation there is", () => {
    const rest = ["contiguous", "geluTanh", "index select", "scatter add"];
    const missing = Object.keys(explanations).filter((name) => ![...seen].some((operation) => operation === name));
    assert.deepEqual(
      missing.filter((name) => !rest.includes(name)),
      [],
    );
  });
});
