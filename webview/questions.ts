// Questions that wait for the host's answer. Knows nothing of how messages travel.
import type { FromWebview, ToWebview } from "../src/protocol/inspector/inspector.ts";
import type { Question, QuestionName, QuestionParams, QuestionResult } from "../src/protocol/inspector/questions.ts";

type Answer = Extract<ToWebview, { type: "answer" }>;

export class OpenQuestions {
  readonly #send: (message: FromWebview) => void;
  readonly #open = new Map<number, (answer: Answer) => void>();
  #last = 0;

  constructor(send: (message: FromWebview) => void) {
    this.#send = send;
  }

  readonly ask = async <K extends QuestionName>(name: K, params: QuestionParams<K>): Promise<QuestionResult<K>> => {
    const id = ++this.#last;
    const answer = await new Promise<Answer>((resolve) => {
      this.#open.set(id, resolve);
      const question = { name, params } as Extract<Question, { name: K }>;
      this.#send({ type: "ask", id, question });
    });
    if (!answer.ok) throw new Error(answer.message);
    // The table of questions says so for this name, and whoever answers is checked against the same table.
    return answer.value as QuestionResult<K>;
  };

  answered(answer: Answer): void {
    this.#open.get(answer.id)?.(answer);
    this.#open.delete(answer.id);
  }
}
