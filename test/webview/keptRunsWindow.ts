// Stands for the window in tests of the page: answers what it asks about kept runs.
import type { ToWebview } from "../../src/protocol/inspector/inspector.ts";
import type { RunComparison } from "../../src/protocol/inspector/runs.ts";
import type { Inspector } from "./browser.ts";
import { curves, list } from "./keptRuns.ts";

export interface Asked {
  readonly type: "ask";
  readonly id: number;
  readonly question: { readonly name: string; readonly params: Readonly<Record<string, unknown>> };
}

/** Remembers which questions of a page it has answered. */
export class KeptRunsWindow {
  readonly #answered = new Set<number>();
  runs = list;

  constructor(
    private readonly inspector: Inspector,
    private readonly comparison: RunComparison,
  ) {}

  /** Answers whatever is open, until nothing is asked any more. */
  async answer(): Promise<void> {
    for (;;) {
      await this.inspector.settled();
      const open = (await this.asked()).filter(({ id }) => !this.#answered.has(id));
      if (open.length === 0) return;
      for (const { id, question } of open) {
        this.#answered.add(id);
        const value = this.#valueOf(question);
        const answer: ToWebview =
          value === undefined
            ? { type: "answer", id, ok: false, message: "there is no run" }
            : { type: "answer", id, ok: true, value };
        await this.inspector.send(answer);
      }
    }
  }

  async asked(name?: string): Promise<Asked[]> {
    const all = (await this.inspector.sent()) as { readonly type: string }[];
    const questions = all.filter((message): message is Asked => message.type === "ask");
    return name === undefined ? questions : questions.filter(({ question }) => question.name === name);
  }

  #valueOf({ name, params }: Asked["question"]): unknown {
    if (name === "runs") return this.runs;
    if (name === "runCurves" && Array.isArray(params.ids)) return params.ids.map((id) => curves(String(id)));
    if (name === "compareRuns") return { ...this.comparison, iteration: params.iteration ?? this.comparison.iteration };
    return name === "showRun" ? {} : undefined;
  }
}
