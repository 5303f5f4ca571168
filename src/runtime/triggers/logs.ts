// Lines of logpoints on their way to the console: gathered for a moment, and no more in a second than people can use.

/** Lines wait at most this long before they are sent, in milliseconds. */
const gatherFor = 40;
/** Lines a second; the others are counted. */
const linesPerSecond = 1000;

export interface LogLines {
  /** One or more lines with line ends between them. */
  readonly text: string;
  /** The site that wrote them, −1 for none. */
  readonly site: number;
}

export class LogGatherer {
  private waiting: { readonly lines: string[]; readonly site: number }[] = [];
  private waitingSince = 0;
  private secondBegan = Number.NEGATIVE_INFINITY;
  private written = 0;
  private leftOut = 0;

  constructor(
    private readonly send: (lines: LogLines) => void,
    /** Milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  add(text: string, site: number): void {
    const now = this.now();
    if (now - this.secondBegan >= 1000) this.beginSecond(now);
    if (this.written === linesPerSecond) this.leftOut++;
    else {
      this.written++;
      this.write(text, site, now);
    }
    this.sendDue(now);
  }

  /** To be called now and then: sends what has waited long enough. */
  tick(): void {
    if (this.waiting.length === 0 && this.leftOut === 0) return;
    const now = this.now();
    if (now - this.secondBegan >= 1000) this.beginSecond(now);
    this.sendDue(now);
  }

  /** Sends everything, before the run stops or ends. */
  flush(): void {
    this.countLeftOut();
    const { waiting } = this;
    this.waiting = [];
    for (const { lines, site } of waiting) this.send({ text: lines.join("\n"), site });
  }

  private beginSecond(now: number): void {
    this.countLeftOut();
    this.secondBegan = now;
    this.written = 0;
  }

  private countLeftOut(): void {
    if (this.leftOut === 0) return;
    this.write(`(${this.leftOut} more lines of logpoints within this second were left out)`, -1, this.now());
    this.leftOut = 0;
  }

  private write(text: string, site: number, now: number): void {
    const last = this.waiting.at(-1);
    if (last === undefined) this.waitingSince = now;
    if (last?.site === site) last.lines.push(text);
    else this.waiting.push({ lines: [text], site });
  }

  private sendDue(now: number): void {
    if (this.waiting.length === 0 || now - this.waitingSince < gatherFor) return;
    const { waiting } = this;
    this.waiting = [];
    for (const { lines, site } of waiting) this.send({ text: lines.join("\n"), site });
  }
}
