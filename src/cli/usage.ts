// What the command line understands, in one text and one error.

export const usage = `usage:
  gradient-debugger train MODEL [--epochs N] [--iterations N] [--seed S] [--load W.safetensors] [--save W.safetensors] [--json]
                                [--threads 1|2] [--deterministic]
  gradient-debugger grads MODEL [--load W.safetensors] --out G.safetensors    one forward and backward on the first batch
  gradient-debugger check MODEL                                               numeric gradient check, in float64
  gradient-debugger dap                                                       debug adapter on standard input and output
  --threads 2       large matrix products use two threads (the default with four processors or more); the same bits
  --deterministic   the same bits on every machine, a little slower
  --verbose         show the stack of an error
`;

/** The words of the call are off. */
export class UsageError extends Error {
  override name = "UsageError";
}
