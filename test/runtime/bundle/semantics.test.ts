// An instrumented program does what the program does: both are run, and everything they print is compared.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import test from "node:test";
import { inspect } from "node:util";
import { compileFunction } from "node:vm";
import { transformSync } from "esbuild";
import { evaluateModel } from "../../../src/runtime/bundle/evaluate.ts";
import { bundle, noApi, Recorder } from "./project.ts";

/** Each program calls `log`; a promise it exports is waited for. */
const programs: Record<string, string> = {
  closures: `
    const makers = [];
    for (let i = 0; i < 3; i++) makers.push(() => i++);
    for (const x of [10, 20]) makers.push(() => x);
    for (var v = 0; v < 2; v++) makers.push(() => v);
    log(makers.map((f) => f()), makers.map((f) => f()));
    function counter() { let n = 0; return { up: () => ++n, get n() { return n; } }; }
    const c = counter(); c.up(); c.up(); log(c.n);
    (function f(n) { if (n > 0) { log(n, f.name, f.length); f(n - 1); } })(2);`,
  "switch, case and fall through": `
    function f(x) {
      switch (x) { case 1: let y = "one"; log(y); case 2: log("two"); break; default: log("other"); case 3: { log("three"); } }
      switch (true) { case x > 2: return "big"; case x < 0: return "negative" }
      switch (x) {}
    }
    for (const x of [1, 2, 3, 4, -1]) log(x, f(x));`,
  "labels and loops": `
    function f() {
      outer: for (let i = 0; ; i++) { inner: for (const j of [0, 1, 2]) { if (j === 1) continue outer; if (i === 2) break outer; log(i, j); if (i > 5) break inner; } }
      a: { log("a"); break a; }
      b: c: while (true) { do { break b; } while (true); }
      let n = 3; while (n) n--; do n++; while (n < 3); log(n);
      for (;;) if (n-- < 0) break; else continue;
      for (const k in { x: 1, y: 2 }) if (k === "x") log(k); else log("not x");
      for ([n] of [[1], [2]]) ; for (n = 0, n++; n < 2; n++, n++) log(n);
      if (n) if (n > 100) log("no"); else log("dangling");
      d: if (n) break d; else log("never");
      let o = {}; for (o.p of [1, 2]) log(o.p);
      for (let i = 0, x = [1, 2]; i < x.length; ) log(x[i++]);
    }
    f();`,
  "try, catch and finally": `
    function f(x) { try { if (x === 1) return log("body"), "returned"; if (x === 2) throw new Error("thrown"); return "end"; } catch (e) { return e.message; } finally { log("finally", x); } }
    function g() { try { return 1; } finally { return 2; } }
    function h() { for (const x of [1, 2]) { try { continue; } finally { log("loop", x); } } try { throw 1 } catch { } }
    function i() { let n = 0; try { return n; } finally { n++; } }
    function j() { try { try { throw 1; } finally { log("inner"); } } catch (e) { return "outer " + e; } }
    log(f(1), f(2), f(3), g(), h(), i(), j());
    try { (() => { throw { code: 7 }; })(); } catch ({ code, none = "default" }) { log(code, none); }`,
  "generators and iterators": `
    function* g(n) { try { const sent = yield n; log("sent", sent); yield* [n + 1, n + 2]; return "done"; } finally { log("closed"); } }
    const it = g(1); log(it.next(), it.next("x"), it.return("early"), it.next());
    log([...g(5)]); for (const x of g(8)) { log(x); break; }
    const o = { *[Symbol.iterator]() { yield 1; yield 2; }, *named() { yield this === o; } };
    log([...o], [...o.named()]);
    function* thrower() { try { yield 1; } catch (e) { yield e; } } const t = thrower(); t.next(); log(t.throw("caught"));`,
  "async functions": `
    const wait = (x) => new Promise((resolve) => setTimeout(resolve, 1, x));
    async function f(x) { const y = await wait(x); if (y > 1) throw new Error("big " + y); return y; }
    async function* ag() { yield await wait(1); yield 2; }
    class A { constructor(x) { this.x = x; } async m() { return new A(await wait(3)); } static async s() { return (await new A(1).m()).x; } }
    const arrow = async (x) => (await wait(x)) + 1, block = async () => { for await (const x of ag()) log(x); };
    exported = (async () => { log(await f(1)); try { await f(2); } catch (e) { log(e.message); } log(await arrow(4), await A.s()); await block(); log(await Promise.all([1, 2].map(async (x) => { return x * 2; }))); })();`,
  "classes, accessors, private members and static blocks": `
    class A { #p = 1; static #count = 0; static { A.#count = 10; log("static block", this === A); } get p() { return this.#p; } set p(v) { this.#p = v; } #m(x) { return x + this.#p; } m(x) { return this.#m(x); } static next() { return ++A.#count; } has(o) { return #p in o; } accessor = () => this.#p; ["com" + "puted"]() { return "computed"; } static 0 = "zero"; }
    const a = new A(); a.p += 5; log(a.p, a.m(1), A.next(), a.has(a), a.has({}), a.accessor(), a.computed(), A[0], A.name, A.length);
    class B extends A { x = super.m(1); constructor(y = 3) { if (y > 5) { super(); return { replaced: true }; } super(); this.y = y; } m(x) { return "B" + super.m(x); } get p() { return super.p * 2; } static next() { return "B" + super.next(); } }
    const b = new B(); log(b.x, b.y, b.m(1), b.p, B.next(), new B(6), b instanceof A, Object.keys(b));
    const C = class Inner extends B { who() { return Inner.name; } }; log(new C().who(), C.name, (class {}).name, new (class { v = 1; })().v);
    const o = { __proto__: { hello() { return "hello"; } }, hello() { return super.hello() + "!"; }, get g() { return 1; }, async am() {}, "quoted key"() { return 2; } }; log(o.hello(), o.g, o["quoted key"]());
    log(new (new A().constructor)().p, new (new (class { static K = class { z = 4; }; })().constructor.K)().z);
    class Base { constructor() { this.made = this.make(); } make() { return "base"; } } class Derived extends Base { f = "field"; make() { return "derived " + this.f; } } log(new Derived().made);
    class Mixed extends (class { q = 1; }) {} log(new Mixed().q, new Mixed);`,
  "destructuring, defaults and spreading": `
    const order = []; const d = (x) => { order.push(x); return x; };
    function f({ a = d(1), b: { c = d(2), ...rest } = { c: 5, e: 6 } } = {}, [x = d(3), , ...ys] = [undefined, 0, 7, 8], z = () => a + c, ...more) { a = a + 1; return [a, c, rest, x, ys, z(), more, arguments.length]; }
    log(f(), f({ a: 9 }, [1], undefined, 4, 5), f.length, order);
    let p = 1, q = 2; [p, q] = [q, p]; ({ p, q: [q = 3] = [] } = { p: 8 }); log(p, q);
    const o = { ...{ a: 1 }, b: 2, ...null }; const { a, ...others } = o; log(a, others, [...[1], ...new Set([2])], Math.max(...[1, 5]));
    let u; u ??= 4; u ||= 5; u &&= 6; u **= 2; log(u); const t = {}; t.x = t.y = 3; let r, s = r = 2; log(t, r, s);
    function shadow(x, g = () => x) { var x = 2; return [x, g()]; } log(shadow(1)); (function (x) { arguments[0] = 5; log(x, arguments.length); })(1, 2);`,
  "optional chains, templates, tags and operators": `
    const o = { f() { return this === o; }, n: null, a: [1, { b: 2 }] }; log(o?.f(), o.g?.(), o.n?.x.y.z, o.a?.[1]?.b, delete o?.n, o?.["f"]?.());
    const tag = (s, ...v) => s.raw.join("|") + v.join(","); log(tag\`a\${1}b\\n\${2}\`, \`x\${\`y\${1}\`}\`);
    log(typeof undefinedVariable, void 0, !0, -"1", +true, ~1, 2 ** 3 ** 1, 1 < 2 < 3, "x" in { x: 1 }, (1, 2), null ?? 3, 0 || 4, 1 && 5);
    let i = 1; log(i++ + ++i, i-- - --i, (() => ({}))(), (() => [])(), (() => (1, 2))(), (() => () => 3)()(), ((x) => x ? "t" : "f")(0), (() => \`t\`)(), (() => /x/g)().flags, (() => function () { return 6; })()());
    const iife = (function () { return this; })(), tern = i ? (log("yes"), 1) : 2; log(iife, tern); if (i) ; else log("no"); ;;`,
  "new.target, this and call": `
    function F() { if (!new.target) return new F(); this.t = new.target === F; } log(F().t, new F().t);
    class A { constructor() { this.n = new.target.name; } } class B extends A {} log(new B().n, Reflect.construct(A, [], B).n);
    const o = { v: 1, m() { return [this.v, (() => this.v)(), (function () { return this; })()]; } }; log(o.m(), o.m.call({ v: 2 }), (0, o.m).bind({ v: 3 })());
    function Old(x) { this.x = x; } Old.prototype.get = function () { return this.x; }; log(new Old(4).get());`,
  "exceptions of the language": `
    const attempts = [() => { x; let x = 1; }, () => { null.x; }, () => { const c = 1; eval("c = 2"); }, () => { undeclared = 1; }, () => { class A extends null {} new A(); }, () => { (function f() { f(); })(); }, () => { new (() => {})(); }, () => { ({}).x.y = 1; }, () => { for (const x of 3) log(x); }, () => { const { a } = undefined; }, () => { throw undefined; }, () => { class K { #p; static t(o) { return o.#p; } } K.t({}); }];
    for (const attempt of attempts) try { log(attempt()); } catch (e) { log(e && e.name, e && e.message.replace(/\\(.*\\)|'.*'|".*"/g, "")); }
    (() => { try { later(); } catch (e) { log(e.name); } let later = () => 1; })(); log(hoisted()); function hoisted() { return "hoisted"; }`,
  "directives and declarations in blocks": `
    function f() { "use strict"; "another"; return this; } log(f());
    function g(x) { if (x) { function inner() { return 1; } class K { k = 2; } let x = 5; return inner() + new K().k + x; } { let x = 6; { const x = 7; log(x); } log(x); } var v = 3; { var v = 4; } return v; } log(g(1), g(0));
    function empty() {} const none = () => {}; function comment() { /* nothing */ } log(empty(), none(), comment(), (function () {})());
    function early(x) { if (x) return; log("late"); } early(0); early(1);
    const getters = { get a() { log("get"); return 1; }, set a(v) { log("set", v); } }; getters.a = getters.a + 1;`,
};

type Log = (...values: unknown[]) => void;

function logger(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return { log: (...values) => lines.push(values.map((value) => inspect(value, { depth: 5 })).join(" ")), lines };
}

/** `export let exported` becomes the default export, so that a program can leave a promise there. */
function moduleOf(program: string): string {
  return `import { log } from "gradient-debugger"; let exported; ${program}\nexport default exported;`;
}

async function plainly(source: string): Promise<string[]> {
  const { log, lines } = logger();
  const { code } = transformSync(source, { format: "cjs", target: "es2022" });
  const module: { exports: unknown } = { exports: {} };
  const run = compileFunction(`"use strict"; ${code}`, ["module", "require"]);
  Reflect.apply(run, undefined, [module, () => ({ log })]);
  await Reflect.get(Object(module.exports), "default");
  return lines;
}

async function instrumented(source: string): Promise<{ lines: string[]; recorder: Recorder }> {
  const { log, lines } = logger();
  const recorder = new Recorder();
  await evaluateModel(await bundle({ "m.model.js": source }, "m.model.js"), { ...noApi, log }, recorder, console);
  return { lines, recorder };
}

for (const [what, program] of Object.entries(programs)) {
  test(`instrumentation changes nothing about ${what}`, async () => {
    const source = moduleOf(program);
    const expected = await plainly(source);
    const { lines, recorder } = await instrumented(source);
    assert.ok(expected.length > 0);
    assert.deepEqual(lines, expected);
    assert.ok(recorder.statements.length > 0);
  });
}

test("after a program without exceptions and coroutines no site is current", async () => {
  for (const what of ["closures", "switch, case and fall through", "labels and loops"]) {
    const { recorder } = await instrumented(moduleOf(programs[what]));
    assert.equal(recorder.current, -1, what);
  }
});

test("a whole JavaScript parser works the same when it is instrumented", async () => {
  const resolve = createRequire(import.meta.url).resolve;
  const parser = readFileSync(resolve("acorn").replace(/\.js$/, ".mjs"), "utf8");
  const text = readFileSync(resolve("magic-string"), "utf8");
  const files = {
    "acorn.mjs": parser,
    "m.model.ts":
      'import { parse } from "./acorn.mjs"; export default (text: string) => JSON.stringify(parse(text, { ecmaVersion: "latest", sourceType: "module" }));',
  };
  const recorder = new Recorder();
  const model = await bundle(files);
  const parse = evaluateModel(model, noApi, recorder, console);
  assert.ok(typeof parse === "function");
  const { parse: original } = await import("acorn");
  assert.equal(parse(text), JSON.stringify(original(text, { ecmaVersion: "latest", sourceType: "module" })));
  assert.ok(model.sites.length > 3000);
});
