// Something wrong with a text that the user wrote for a breakpoint, and where in it.

export class ExpressionError extends Error {
  constructor(
    message: string,
    /** Offset in the text, counts from 0. */
    readonly at: number,
  ) {
    super(message);
  }

  /** The message with its place in `text`, lines and columns from 1: `column 8: a value is expected, but …`. */
  placed(text: string): string {
    const before = text.slice(0, this.at).split("\n");
    const column = (before.at(-1)?.length ?? 0) + 1;
    return text.includes("\n")
      ? `line ${before.length}, column ${column}: ${this.message}`
      : `column ${column}: ${this.message}`;
  }
}
