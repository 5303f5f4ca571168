// Names for what is on the tape: the same in every iteration, and the same for all rounds of a loop. Knows no picture.
import type { Node, Scope } from "../../../training/engine.ts";

/** A call of a layer, or an operation that stands for itself. */
export type Item =
  | { readonly kind: "call"; readonly scope: Scope; readonly label: string }
  | { readonly kind: "operation"; readonly node: Node; readonly label: string };

/** How often something must be repeated to count as a loop. */
const leastRounds = 4;
/** More calls and operations in one round than this are no loop that anybody would recognise. */
const longestRound = 48;

export interface Keys {
  /** Key of each operation of the tape, in its order. Rounds of a loop have different ones. */
  readonly own: readonly string[];
  /** Of the rounds of a loop the same one. */
  readonly ofScope: ReadonlyMap<Scope, string>;
  readonly ofNode: ReadonlyMap<Node, string>;
  /** Calls in which others were made. */
  readonly containers: ReadonlySet<string>;
}

/** Walks the tape once. */
export function nameTape(tape: readonly Node[]): Keys {
  const { children, containers } = childrenOf(tape);
  const ofScope = new Map<Scope, string>();
  const ofNode = new Map<Node, string>();
  const walk = (items: readonly Item[], parent: string): void => {
    const slots = foldRounds(items.map(({ label }) => label));
    const counts = new Map<string, number>();
    const keys = new Map<number, string>();
    items.forEach((item, i) => {
      const slot = slots[i];
      let key = keys.get(slot);
      if (key === undefined) {
        const count = counts.get(item.label) ?? 0;
        counts.set(item.label, count + 1);
        key = `${parent}>${item.label}#${count}`;
        keys.set(slot, key);
      }
      if (item.kind === "operation") ofNode.set(item.node, key);
      else {
        ofScope.set(item.scope, key);
        walk(children.get(item.scope) ?? [], key);
      }
    });
  };
  walk(children.get(null) ?? [], "");
  const names = new Set([...containers].flatMap((scope) => ofScope.get(scope) ?? []));
  return { own: ownKeys(tape), ofScope, ofNode, containers: names };
}

/** What each call consists of, in the order of the run; of no call (null) what stands outside of all. */
function childrenOf(tape: readonly Node[]): {
  readonly children: ReadonlyMap<Scope | null, readonly Item[]>;
  readonly containers: ReadonlySet<Scope>;
} {
  const children = new Map<Scope | null, Item[]>();
  const containers = new Set<Scope>();
  const seen = new Set<Scope>();
  const add = (parent: Scope | null, item: Item) => {
    const items = children.get(parent);
    if (items === undefined) children.set(parent, [item]);
    else items.push(item);
  };
  const enter = (scope: Scope): void => {
    if (seen.has(scope)) return;
    seen.add(scope);
    if (scope.parent !== null) {
      enter(scope.parent);
      containers.add(scope.parent);
    }
    add(scope.parent, { kind: "call", scope, label: scope.owner.path });
  };
  for (const node of tape) {
    if (node.scope !== null) enter(node.scope);
    add(node.scope, { kind: "operation", node, label: labelOf(node) });
  }
  return { children, containers };
}

/** The same line may do the same again; keys are joined by ">". */
function labelOf({ title, here }: Node): string {
  return `${title.replaceAll(">", "›")}@${here.site}`;
}

/** For each label the slot that it stands in: the rounds of a loop share theirs. */
export function foldRounds(labels: readonly string[]): readonly number[] {
  const slots = new Array<number>(labels.length);
  let next = 0;
  for (let i = 0; i < labels.length; ) {
    const { length, rounds } = loopAt(labels, i);
    for (let j = 0; j < length * rounds; j++) slots[i + j] = next + (j % length);
    next += length;
    i += length * rounds;
  }
  return slots;
}

/** The shortest loop that begins here; one round of length 1 when there is none. */
function loopAt(labels: readonly string[], start: number): { readonly length: number; readonly rounds: number } {
  const longest = Math.min(longestRound, Math.floor((labels.length - start) / leastRounds));
  for (let length = 1; length <= longest; length++) {
    let same = 0;
    while (start + same + length < labels.length && labels[start + same] === labels[start + same + length]) same++;
    const rounds = Math.floor(same / length) + 1;
    if (rounds >= leastRounds) return { length, rounds };
  }
  return { length: 1, rounds: 1 };
}

/** A name for every operation, by its calls and how often it had been done in them before. */
function ownKeys(tape: readonly Node[]): string[] {
  const scopes = new Map<Scope, string>();
  const counts = new Map<string, number>();
  const numbered = (name: string): string => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return `${name}#${count}`;
  };
  const nameOf = (scope: Scope | null): string => {
    if (scope === null) return "";
    let name = scopes.get(scope);
    if (name === undefined) {
      name = numbered(`${nameOf(scope.parent)}>${scope.owner.path}`);
      scopes.set(scope, name);
    }
    return name;
  };
  return tape.map((node) => numbered(`${nameOf(node.scope)}/${node.title}`));
}
