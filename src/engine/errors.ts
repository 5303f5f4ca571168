// Errors a user can cause. They carry the numbers; whoever shows them adds the user's line.

/** A message for the user of the model file; `site` is the pause site that was running (−1: none). */
export class ModelError extends Error {
  override name = "ModelError";
  site = -1;
}

/** Something wrong in a data file, at a place in that file. */
export class DataError extends Error {
  override name = "DataError";

  constructor(
    message: string,
    /** As the model file names it. */
    readonly file: string,
    /** Counts from 1; 0 when it concerns the whole file. */
    readonly row = 0,
    /** Counts from 1; 0 when it concerns the whole row. */
    readonly column = 0,
  ) {
    super(`${file}${row > 0 ? `:${row}` : ""}${column > 0 ? `:${column}` : ""}: ${message}`);
  }
}
