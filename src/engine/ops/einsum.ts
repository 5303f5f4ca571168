// Einstein summation of one or two tensors, by permuting, summing and one batched matrix product.
import { engine } from "../engine.ts";
import { showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/**
 * `einsum("btd,hd->bth", x, W)`: letters name dimensions; those that are missing on the right are summed over. One or two
 * tensors; a letter may not repeat within one of them. Without an arrow the result has the letters that occur once, sorted.
 * @throws ModelError when letters and shapes do not fit, naming both
 */
export function einsum(equation: string, ...tensors: readonly Tensor[]): Tensor {
  const { inputs, output } = parse(equation, tensors);
  const sizes = sizesOf(equation, inputs, tensors);
  const operands = inputs.map((letters, i) =>
    reduceTo(
      letters,
      tensors[i],
      output,
      inputs.filter((_, j) => j !== i),
    ),
  );
  if (operands.length === 1) return arrange(operands[0], output);
  const [a, b] = operands;
  const inBoth = [...a.letters].filter((c) => b.letters.includes(c));
  const batch = inBoth.filter((c) => output.includes(c));
  const inner = inBoth.filter((c) => !output.includes(c));
  const rows = [...a.letters].filter((c) => !inBoth.includes(c));
  const columns = [...b.letters].filter((c) => !inBoth.includes(c));
  const size = (letters: readonly string[]) => letters.reduce((n, c) => n * (sizes.get(c) ?? 1), 1);
  const block = (operand: Labelled, ...groups: (readonly string[])[]) =>
    arrange(operand, groups.flat().join("")).reshape(...groups.map(size));
  const product = block(a, batch, rows, inner).matmul(block(b, batch, inner, columns));
  const letters = [...batch, ...rows, ...columns];
  return arrange(
    { tensor: product.reshape(...letters.map((c) => sizes.get(c) ?? 1)), letters: letters.join("") },
    output,
  );
}

interface Labelled {
  readonly tensor: Tensor;
  readonly letters: string;
}

/** Sums over the letters that neither the output nor another operand has. */
function reduceTo(letters: string, x: Tensor, output: string, others: readonly string[]): Labelled {
  let tensor = x;
  let left = letters;
  for (const c of letters) {
    if (output.includes(c) || others.some((o) => o.includes(c))) continue;
    tensor = tensor.sum(left.indexOf(c));
    left = left.replace(c, "");
  }
  return { tensor, letters: left };
}

/** The dimensions in the order of the letters given. */
function arrange({ tensor, letters }: Labelled, order: string): Tensor {
  return letters === order ? tensor : tensor.permute(...[...order].map((c) => letters.indexOf(c)));
}

function parse(equation: string, tensors: readonly Tensor[]): { inputs: readonly string[]; output: string } {
  const [left, right] = equation.replaceAll(" ", "").split("->");
  const inputs = left.split(",");
  const all = inputs.join("");
  const once = [...new Set(all)].filter((c) => all.split(c).length === 2).sort();
  const output = right ?? once.join("");
  const distinct = (letters: string) => new Set(letters).size === letters.length && /^[A-Za-z]*$/.test(letters);
  if (
    inputs.length !== tensors.length ||
    tensors.length > 2 ||
    ![...inputs, output].every(distinct) ||
    [...output].some((c) => !all.includes(c))
  ) {
    throw engine().error(
      `einsum: "${equation}" does not describe ${tensors.length} tensor${tensors.length === 1 ? "" : "s"} of shape ${tensors.map((t) => showShape(t.shape)).join(" and ")}; it takes one or two lists of different letters, such as "bij,bjk->bik"`,
    );
  }
  return { inputs, output };
}

function sizesOf(equation: string, inputs: readonly string[], tensors: readonly Tensor[]): Map<string, number> {
  const sizes = new Map<string, number>();
  inputs.forEach((letters, i) => {
    const { shape } = tensors[i];
    const bad = letters.length !== shape.length || [...letters].some((c, d) => (sizes.get(c) ?? shape[d]) !== shape[d]);
    if (bad)
      throw engine().error(`einsum: in "${equation}" the letters ${letters} do not fit shape ${showShape(shape)}`);
    for (const [d, c] of [...letters].entries()) sizes.set(c, shape[d]);
  });
  return sizes;
}
