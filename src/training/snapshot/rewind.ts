// The signal that takes a run back to the beginning of an iteration. Thrown by who watches the run, out of any of its events.

/**
 * Unwinds the user's functions up to the loop of iterations, which restores what it says and goes on from there. It is no
 * Error: nobody is to handle it or to print it.
 */
export class Rewind {
  /** @param restore brings the run back to the beginning of an iteration */
  constructor(readonly restore: () => void) {}
}
