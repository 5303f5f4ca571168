// Which places of the user's file become sites, and which site is current when.
import assert from "node:assert/strict";
import test from "node:test";
import { evaluateModel } from "../../../src/runtime/bundle/evaluate.ts";
import { bundle, noApi, Recorder, run, siteText, textOf } from "./project.ts";

async function sites(source: string): Promise<string[]> {
  return (await bundle({ "m.model.ts": source })).sites.map(siteText);
}

/** The statements that ran, in order, when `source` is evaluated. */
async function ran(source: string): Promise<string[]> {
  const { recorder, model } = await run(source);
  return recorder.statements.map((id) => textOf(model.sites[id].range));
}

/** What `named` said, in order. */
async function named(source: string): Promise<Record<string, unknown>[]> {
  return (await run(source)).recorder.names.map(({ values }) => ({ ...values }));
}

test("the model file of the README has these sites", async () => {
  const source = `import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";

class CharRNN extends nn.Module {
  embed = new nn.Embedding(65, 32);
  rnn = new nn.RNN(32, 128); // recurrent
  private readonly head: nn.Linear = new nn.Linear(
    128,
    65, // classes
  );

  forward(tokens: Tensor): Tensor {
    // a comment
    const x = this.embed.forward(tokens);
    const [h] = this.rnn.forward(x);
    return this.head
      .forward(h)
      .mul(2);
  }
}

export default defineTraining({
  model: () => new CharRNN(),
  data: data.text("moby-dick.txt", { sequenceLength: 32, batchSize: 16 }),
  loss: F.crossEntropy,
  optimizer: (parameters) => optim.adam(parameters, { learningRate: 2e-3 }),
  epochs: 3,
});
`;
  assert.deepEqual(await sites(source), [
    "field | CharRNN | new nn.Embedding(65, 32)",
    "field | CharRNN | new nn.RNN(32, 128)",
    "field | CharRNN | new nn.Linear(\n    128,\n    65, // classes\n  )",
    "statement | CharRNN.forward | forward(tokens: Tensor)",
    "statement | CharRNN.forward | const x = this.embed.forward(tokens);",
    "statement | CharRNN.forward | const [h] = this.rnn.forward(x);",
    "statement | CharRNN.forward | return this.head\n      .forward(h)\n      .mul(2);",
    "model |  | model: () => new CharRNN()",
    'data |  | data: data.text("moby-dick.txt", { sequenceLength: 32, batchSize: 16 })',
    "loss |  | loss: F.crossEntropy",
    "optimizer |  | optimizer: (parameters) => optim.adam(parameters, { learningRate: 2e-3 })",
    "statement | model | new CharRNN()",
    "field | model | new CharRNN()",
    "statement | optimizer | optim.adam(parameters, { learningRate: 2e-3 })",
  ]);
});

test("site ids are their indexes, and lines and columns count from 1", async () => {
  const model = await bundle({ "m.model.ts": "export default {\n  f() {\n    return 1;\n  },\n};\n" });
  assert.deepEqual(
    model.sites.map(({ id, range: { line, column, endLine, endColumn } }) => [id, line, column, endLine, endColumn]),
    [
      [0, 2, 3, 2, 6],
      [1, 3, 5, 3, 14],
    ],
  );
});

const ranges: Record<string, { body: string; expected: string[] }> = {
  "compound statements have their head": {
    body: `if (a > 1) { b(); } else if (a) { b(1); } else b(2);
      for (let i = 0, n = 2; i < n; i++) b(i);
      for (const k of [a, b]) { b(k); }
      for (const k in a) b(k)
      while (a.next(b)) b(3);
      do b(4); while (a.more());
      switch (a.kind) { case 1: b(5); break; default: b(6) }
      try { b(7) } catch { b(8) } finally { b(9) }`,
    expected: [
      "if (a > 1)",
      "b();",
      "if (a)",
      "b(1);",
      "b(2);",
      "for (let i = 0, n = 2; i < n; i++)",
      "b(i);",
      "for (const k of [a, b])",
      "b(k);",
      "for (const k in a)",
      "b(k)",
      "while (a.next(b))",
      "b(3);",
      "b(4);",
      "a.more()",
      "switch (a.kind)",
      "b(5);",
      "break;",
      "b(6)",
      "b(7)",
      "b(8)",
      "b(9)",
    ],
  },
  "statements end where the user ended them": {
    body: `a.b(
        1,
        [2, 3], // two
      );
      a.c({ x: 1, y: () => {} })
      a.d(\`x \${b} }\`, '"', "a" + /[(]/.source);
      a.e?.[b]?.(function () {}, class {})
      a.f = b ? { c: 1 } : [];
      a.g++; a.h = \`z\`; ;
      a.i
        .j()
        .k;
      throw new Error("x")`,
    expected: [
      "a.b(\n        1,\n        [2, 3], // two\n      );",
      "a.c({ x: 1, y: () => {} })",
      "() =>",
      `a.d(\`x \${b} }\`, '"', "a" + /[(]/.source);`,
      "a.e?.[b]?.(function () {}, class {})",
      "function ()",
      "a.f = b ? { c: 1 } : [];",
      "a.g++;",
      "a.h = `z`;",
      "a.i\n        .j()\n        .k;",
      'throw new Error("x")',
    ],
  },
  "types are no obstacle": {
    body: `const x: Map<string, number[]> = a as any, y = <any>b;
      let z!: { n: number };
      a.f<string>(x!, y satisfies unknown);
      return (p: number): number => p * 2;`,
    expected: [
      "const x: Map<string, number[]> = a as any, y = <any>b;",
      "let z",
      "a.f<string>(x!, y satisfies unknown);",
      "return (p: number): number => p * 2;",
      "p * 2",
    ],
  },
};

for (const [what, { body, expected }] of Object.entries(ranges)) {
  test(`ranges: ${what}`, async () => {
    const model = await bundle({ "m.model.ts": `export default function f(a: any, b: any) {\n      ${body}\n}\n` });
    assert.deepEqual(
      model.sites.map(({ range }) => textOf(range)),
      ["function f(a: any, b: any)", ...expected],
    );
  });
}

test("CRLF line ends and characters outside the basic plane keep lines and columns right", async () => {
  const source =
    'const s = "𝄞𝄞"; export const f = (x) => { "𝄞"; s; g(x); };\r\nexport default f;\r\nfunction g(x) {\r\n  return x;\r\n}\r\n';
  const model = await bundle({ "m.model.ts": source });
  const lines = model.sites.map(({ range: { line, column, endColumn } }) => [line, column, endColumn]);
  const line1 = source.split("\r\n")[0];
  assert.deepEqual(lines, [
    [1, line1.indexOf("(x) =>") + 1, line1.indexOf("(x) =>") + 7],
    [1, line1.indexOf("s; g") + 1, line1.indexOf("s; g") + 3],
    [1, line1.indexOf("g(x);") + 1, line1.indexOf("g(x);") + 6],
    [3, 1, 14],
    [4, 3, 12],
  ]);
});

test("`within` names the functions and classes around a site, as the user names them", async () => {
  const model = await bundle({
    "a.ts": "export class Net { go() { return 1; } } export const help = () => 2;",
    "m.model.ts": `import { Net as Other, help as h } from "./a";
      class Net { #p() { const inner = () => { h(); }; return [inner, Net]; } static s = () => 1; get g() { return 2; } }
      const help = function () { return class { m() { return 3; } }; };
      export default { go: [Net, Other, help], step() { return 4; } };`,
  });
  const within = model.sites.filter(({ range }) => /^(return|h\(\)|1$)/.test(textOf(range))).map((site) => site.within);
  assert.deepEqual(within, ["Net.go", "Net.#p.inner", "Net.#p", "Net.s", "Net.g", "help", "help.m", "step"]);
});

test("defineTraining is known under any name, and only an object literal has parts", async () => {
  const parts = async (source: string) =>
    (await sites(source)).filter((text) => !text.startsWith("statement")).map((text) => text.split(" | ")[2]);
  assert.deepEqual(
    await parts(`import * as gd from "gradient-debugger";
      const model = () => 1;
      export default gd.defineTraining({ model, "data": 2, step(m, b) { return b; }, other: 3, ...{ loss: 4 } });`),
    ["model", '"data": 2', "step(m, b) { return b; }"],
  );
  assert.deepEqual(
    await parts(`import { defineTraining as train } from "gradient-debugger"; export default train({ loss: 1 });`),
    ["loss: 1"],
  );
  assert.deepEqual(
    await parts(
      `import { defineTraining as train } from "gradient-debugger"; const o = { loss: 1 }; export default train(o);`,
    ),
    [],
  );
});

test("`step` counts as the loss", async () => {
  const all = await sites(
    `import { defineTraining } from "gradient-debugger"; export default defineTraining({ step: f }); function f() {}`,
  );
  assert.equal(all[0], "loss |  | step: f");
});

test("everything that is constructed has a site, builtins left out", async () => {
  const all = await sites(`
    class A { constructor(...xs: any[]) {} static B = class {}; x = new Map([[1, new A.B()]]); }
    class Event extends A {}
    const top = [new A(new A(1)), new Error("x"), new Float32Array(2), new globalThis.Array(1), new Intl.NumberFormat(), new Event()];
    class C extends A { f = new A(2); constructor() { super(new A(3)); } static { new A(4); } }
    const arrow = () => new A(5), chained = new (new A.B().constructor as any)();
    export default async function f(x: any) { return [new A(6), new A(await x), arrow, C, top, chained]; }`);
  assert.deepEqual(
    all.filter((text) => text.startsWith("field")).map((text) => text.slice("field | ".length)),
    [
      "A | new A.B()",
      " | new A(new A(1))",
      " | new A(1)",
      " | new Event()",
      "C.constructor | new A(3)",
      "C | new A(2)",
      "C | new A(4)",
      "arrow | new A(5)",
      " | new (new A.B().constructor as any)()",
      " | new A.B()",
      "f | new A(6)",
    ].toSorted((a, b) => all.indexOf(`field | ${a}`) - all.indexOf(`field | ${b}`)),
  );
});

test("while an object is made its own line is current, and afterwards the line around it again", async () => {
  const { value } = await run(`import { probe } from "gradient-debugger";
    class Layer { seen = probe(); }
    class Net { a = new Layer(); b: Layer; constructor() { this.b = new Layer(); } }
    function make() { const net = new Net(); return [net.a.seen, net.b.seen, probe()]; }
    export default [...make(), new Net().a.seen, probe()];`);
  assert.deepEqual(value, [
    "new Layer()",
    "new Layer()",
    "return [net.a.seen, net.b.seen, probe()];",
    "new Layer()",
    "none",
  ]);
});

test("after a nested call the caller's statement is current again", async () => {
  const { value } = await run(`import { probe } from "gradient-debugger";
    const log: string[] = [];
    const arrow = (x: number) => x + 1;
    function falls() { log.push("in " + probe()); }
    function returns(x: number) { if (x > 0) return x; return 0; }
    function cleans() { try { return returns(1); } finally { arrow(1); } }
    function throws() { throw 1; }
    const o = { get g() { return returns(2); }, set g(v) { arrow(v); }, m() { falls(); } };
    class K { constructor() { falls(); } static s() { return new K(); } }
    function* generates() { yield 1; }
    function f() {
      log.push(arrow(1) + " " + probe());
      (falls(), log.push("a " + probe()));
      [returns(1), log.push("b " + probe())];
      [cleans(), log.push("c " + probe())];
      [o.g, o.g = 1, o.m(), log.push("d " + probe())];
      [K.s(), log.push("e " + probe())];
      try { throws(); } catch { log.push("f " + probe()); }
      [[1].map(returns), log.push("g " + probe())];
    }
    f();
    export default [...log, probe()];`);
  const fell = 'in log.push("in " + probe());';
  assert.deepEqual(value, [
    '2 log.push(arrow(1) + " " + probe());',
    fell,
    'a falls(), log.push("a " + probe())',
    'b [returns(1), log.push("b " + probe())];',
    'c [cleans(), log.push("c " + probe())];',
    fell,
    'd [o.g, o.g = 1, o.m(), log.push("d " + probe())];',
    fell,
    'e [K.s(), log.push("e " + probe())];',
    'f log.push("f " + probe());',
    'g [[1].map(returns), log.push("g " + probe())];',
    "none",
  ]);
});

test("the test of a loop belongs to the loop each time", async () => {
  const { value } = await run(`import { probe } from "gradient-debugger";
    const log: string[] = [];
    const note = (x: boolean) => { log.push(probe()); return x; };
    function f() {
      for (let i = 0; log.push(probe()), i < 1; i++) { log.length; }
      for (let i = 0; log.push(probe()), i < 1; ) { i++; }
      let n = 0;
      while (log.push(probe()), n < 1) { n++; }
      do { n++; } while (log.push(probe()), n < 3);
    }
    f();
    export default log;`);
  assert.deepEqual(value, [
    "for (let i = 0; log.push(probe()), i < 1; i++)",
    "for (let i = 0; log.push(probe()), i < 1; i++)",
    "for (let i = 0; log.push(probe()), i < 1; )",
    "for (let i = 0; log.push(probe()), i < 1; )",
    "while (log.push(probe()), n < 1)",
    "while (log.push(probe()), n < 1)",
    "log.push(probe()), n < 3",
    "log.push(probe()), n < 3",
  ]);
});

test("statements are announced in the order in which they run", async () => {
  const statements = await ran(`
    function f(n: number) {
      "directive";
      let s = 0;
      outer: for (const i of [1, 2]) {
        if (i > 1) break outer;
        else s += n;
      }
      switch (s) { case 1: s = 2; default: s = 3; }
      return s;
    }
    export default f(1);`);
  assert.deepEqual(statements, [
    "let s = 0;",
    "for (const i of [1, 2])",
    "if (i > 1)",
    "s += n;",
    "if (i > 1)",
    "break outer;",
    "switch (s)",
    "s = 2;",
    "s = 3;",
    "return s;",
  ]);
});

test("async functions and generators announce statements and enter nothing", async () => {
  const { value, recorder, model } = await run(`
    async function a(x: number) { const y = await x; return y; }
    function* g() { const z = yield 1; return z; }
    const e = async (x: number) => x;
    const it = g(); it.next(); it.next(5);
    export default Promise.all([a(1), e(2)]);`);
  assert.deepEqual(await value, [1, 2]);
  assert.deepEqual(recorder.entered, []);
  assert.deepEqual(recorder.statements.map((id) => textOf(model.sites[id].range)).sort(), [
    "const y = await x;",
    "const z = yield 1;",
    "return y;",
    "return z;",
  ]);
});

test("methods and functions say what `this` is; constructors, arrows and `new` do not", async () => {
  const { value, recorder, model } = await run(`
    class Net { constructor() { this.m(); } m() { (() => 1)(); } }
    function f() { }
    const net = new Net();
    f.call(net);
    export default net;`);
  assert.deepEqual(
    recorder.entered.map(({ site, self }) => [textOf(model.sites[site].range), self === value ? "net" : self]),
    [
      ["new Net()", undefined],
      ["constructor()", undefined],
      ["m()", "net"],
      ["1", undefined],
      ["function f()", "net"],
    ],
  );
});

test("variables are named right after they have a value", async () => {
  const names = await named(`
    function f(a: number, { b, c: [d] = [4] }: any = {}, ...rest: number[]) {
      let none;
      const x = a + 1, { y, ...others } = { y: 2, z: 3 };
      let p: number, q;
      p = q = 5;
      [p, q] = [q, p + 1];
      x;
      others.z = 9;
      p += 1;
      for (let i = 0; i < 1; i++) none = i;
      for (const [k, v] of Object.entries({ k: 1 })) { v; k; }
      for (q of [8]);
      for (const key in { key: 1 }) key;
      return none;
    }
    const g = (u: number) => u;
    export default [f(1, { b: 2 }, 6, 7), g(3)];`);
  assert.deepEqual(names, [
    { a: 1, b: 2, d: 4, rest: [6, 7] },
    { x: 2, y: 2, others: { z: 9 } },
    { p: 5, q: 5 },
    { p: 5, q: 6 },
    { p: 6 },
    { i: 0 },
    { none: 0 },
    { k: "k", v: 1 },
    { q: 8 },
    { key: "key" },
    { u: 3 },
  ]);
});

test("variables keep the user's names where bundling renames them", async () => {
  const names = await named(`
    const h = 1, { a } = { a: 2 };
    function f(h: number) { const { a, b: [c = h] } = { a: h, b: [] }; return [a, c]; }
    export default [f(3), h, a];`);
  assert.deepEqual(names, [{ h: 3 }, { a: 3, c: 3 }]);
});

test("a file in CommonJS has statements only inside its functions", async () => {
  const model = await bundle(
    {
      "m.model.js":
        "const { defineTraining } = require('gradient-debugger');\nfunction f() { g(); }\nmodule.exports = defineTraining({ loss: f });\n",
    },
    "m.model.js",
  );
  assert.deepEqual(model.sites.map(siteText), [
    "statement | f | function f()",
    "statement | f | g();",
    "loss |  | loss: f",
  ]);
});

/** Knows of every call which function it belongs to. */
class Frames extends Recorder {
  readonly functions: number[] = [];
  #depth = 0;

  override enter(site: number, self?: unknown): number {
    super.enter(site, self);
    this.functions[this.#depth] = site;
    return this.#depth++;
  }

  override leave(previous: number): void {
    this.#depth = previous;
  }

  override exit<T>(previous: number, value: T): T {
    this.#depth = previous;
    return value;
  }

  get innermost(): number {
    return this.#depth === 0 ? -1 : this.functions[this.#depth - 1];
  }
}

test("a function is left after its `finally` blocks have run", async () => {
  const model = await bundle({
    "m.model.ts": `import { where } from "gradient-debugger";
      const log: unknown[] = [];
      const call = () => 1;
      function f(how: string) {
        try {
          try {
            if (how === "return") return log.push(where());
            if (how === "throw") return call(), missing();
          } catch {
            return (log.push("caught"), log.push(where()));
          } finally {
            call();
            log.push(where());
          }
        } finally {
          call();
          log.push(where());
        }
        log.push(where());
        return call();
      }
      function* outer() {
        for (const how of ["fall through", "return", "throw"]) { log.push(how, f(how), where()); yield 0; }
      }
      function caller() { const it = outer(); it.next(); it.next(); it.next(); log.push(where()); }
      caller();
      export default [...log, where()];`,
  });
  const frames = new Frames();
  const where = () => model.sites[frames.innermost]?.within ?? "nowhere";
  const log = evaluateModel(model, { ...noApi, where }, frames, console);
  assert.deepEqual(
    log,
    // "fall through": inner finally, outer finally, after it. The generator enters nothing, so its caller is innermost.
    // What `push` returns is the length: 6 from the first call + 1; 12 from the first two + "caught" + 1.
    ["f", "f", "f", "fall through", 1, "caller"]
      .concat(["f", "f", "f", "return", 7, "caller"])
      .concat(["caught", "f", "f", "f", "throw", 14, "caller", "caller", "nowhere"]),
  );
});

test("the recorder's current site survives a function that throws through several callers", async () => {
  const { recorder } = await run(`
    function deep(n: number): number { if (n === 0) throw 1; return deep(n - 1); }
    export default (() => { try { return deep(3); } catch { return 0; } })();`);
  assert.ok(recorder instanceof Recorder);
  assert.equal(recorder.current, -1);
});
