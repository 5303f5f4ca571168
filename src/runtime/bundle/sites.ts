// The places of a program that can be stopped at, numbered as they are found. Inserts no code.
import type { AnyNode } from "acorn";
import type { Site, SiteKind } from "../../protocol/model.ts";
import type { Originals } from "./originals.ts";
import { keyName } from "./syntax.ts";

const trainingParts: ReadonlyMap<string, SiteKind> = new Map([
  ["model", "model"],
  ["data", "data"],
  ["loss", "loss"],
  ["step", "loss"],
  ["optimizer", "optimizer"],
]);

export class Sites {
  readonly all: Site[] = [];
  readonly #originals: Originals;

  constructor(originals: Originals) {
    this.#originals = originals;
  }

  /** @returns the id of a new site for `code[start..end)`, or null when the user did not write that */
  add(kind: SiteKind, start: number, end: number, within: string): number | null {
    const range = this.#originals.range(start, end);
    if (range === null) return null;
    const id = this.all.length;
    this.all.push({ id, kind, range, within });
    return id;
  }

  /** @param definition what `defineTraining` is called with; only an object literal has parts with places */
  addTraining(definition: AnyNode | undefined, within: string): void {
    if (definition?.type !== "ObjectExpression") return;
    for (const property of definition.properties) {
      if (property.type !== "Property") continue;
      const kind = trainingParts.get(keyName(property.key, property.computed));
      if (kind) this.add(kind, property.start, property.end, within);
    }
  }
}
