// Long networks are laid out piece by piece: everything has its place, nothing lies on anything, edges join what they should.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Item, type Link, type Placement, placeInPieces } from "../../webview/views/flow/picture/pieces.ts";

const spacing = { nodesep: 22, edgesep: 14, ranksep: 34, marginx: 14, marginy: 10 };

/** Input, then blocks of four boxes around which a residual connection goes, then a loss that a target goes into too. */
function residual(blocks: number): { readonly items: Item[]; readonly links: Link[] } {
  const items: Item[] = [{ width: 60, height: 42 }];
  const links: Link[] = [];
  for (let b = 0; b < blocks; b++) {
    const first = items.length;
    items.push(...[90, 52, 52, 52].map((width) => ({ width, height: 26 })));
    links.push(...[0, 1, 2, 3].map((k) => ({ from: first - 1 + k, to: first + k })), {
      from: first - 1,
      to: first + 3,
    });
  }
  const loss = items.push({ width: 120, height: 26 }, { width: 70, height: 42 }) - 2;
  links.push({ from: loss - 1, to: loss }, { from: loss + 1, to: loss });
  return { items, links };
}

function overlaps(items: readonly Item[], { centres }: Placement): string[] {
  return items.flatMap((a, i) =>
    items.slice(i + 1).flatMap((b, k) => {
      const j = i + 1 + k;
      const aside = Math.abs(centres[i].x - centres[j].x) >= (a.width + b.width) / 2;
      const above = Math.abs(centres[i].y - centres[j].y) >= (a.height + b.height) / 2;
      return aside || above ? [] : [`${i} and ${j}`];
    }),
  );
}

test("a residual network of many blocks has every box in a place of its own, and edges from box to box", () => {
  const { items, links } = residual(30);
  const placed = placeInPieces(items, links, spacing) ?? assert.fail("it can be cut");
  assert.equal(placed.centres.length, items.length);
  assert.deepEqual(overlaps(items, placed), []);
  links.forEach(({ from, to }, k) => {
    const [first, last] = [placed.points[k][0], placed.points[k].at(-1)];
    assert.ok(first !== undefined && last !== undefined);
    assert.ok(
      Math.abs(first.y - (placed.centres[from].y + items[from].height / 2)) < 0.01,
      `edge ${k} begins below ${from}`,
    );
    assert.ok(Math.abs(last.y - (placed.centres[to].y - items[to].height / 2)) < 0.01, `edge ${k} ends above ${to}`);
    assert.ok(Math.abs(first.x - placed.centres[from].x) <= items[from].width / 2);
    assert.ok(Math.abs(last.x - placed.centres[to].x) <= items[to].width / 2);
  });
  for (const { x, y } of [...placed.centres, ...placed.points.flat()]) {
    assert.ok(x >= 14 && y >= 10 && x <= placed.width - 14 && y <= placed.height - 10, `(${x}, ${y}) is inside`);
  }
});

test("equal blocks look alike and stand below each other", () => {
  const { items, links } = residual(20);
  const placed = placeInPieces(items, links, spacing) ?? assert.fail("it can be cut");
  const block = (b: number) => [1, 2, 3, 4].map((k) => placed.centres[4 * b + k]);
  const below = block(6)[3].y - block(5)[3].y;
  assert.ok(below > 4 * 26);
  block(6).forEach(({ x, y }, k) => {
    assert.ok(Math.abs(x - block(5)[k].x - (block(6)[3].x - block(5)[3].x)) < 0.01);
    assert.ok(Math.abs(y - block(5)[k].y - below) < 0.01);
  });
});

test("what gives into a later block only stands beside that one", () => {
  const { items, links } = residual(20);
  const placed = placeInPieces(items, links, spacing) ?? assert.fail("it can be cut");
  const [loss, target] = [items.length - 2, items.length - 1];
  assert.ok(placed.centres[target].y < placed.centres[loss].y);
  assert.ok(placed.centres[target].y > placed.centres[loss - 5].y, "not at the top of the picture");
});

test("a network with a circle, or that narrows nowhere, is left to the whole", () => {
  const box = { width: 60, height: 26 };
  assert.equal(
    placeInPieces(
      [box, box],
      [
        { from: 0, to: 1 },
        { from: 1, to: 0 },
      ],
      spacing,
    ),
    null,
  );
  const ladder = Array.from({ length: 40 }, () => box);
  const rungs = ladder
    .slice(2)
    .flatMap((_, i) => [{ from: i, to: i + 2 }, ...(i % 2 === 0 ? [{ from: i, to: i + 3 }] : [])]);
  assert.equal(
    placeInPieces(
      ladder,
      rungs.filter(({ to }) => to < 40),
      spacing,
    ),
    null,
  );
});

test("five thousand boxes take no longer than a few different pieces do", () => {
  const { items, links } = residual(1250);
  const began = process.cpuUsage();
  assert.notEqual(placeInPieces(items, links, spacing), null);
  const { user, system } = process.cpuUsage(began);
  // 0.1 s when the machine is quiet; box by box it would be several seconds
  assert.ok((user + system) / 1e6 < 2, `${(user + system) / 1e6} s`);
});
