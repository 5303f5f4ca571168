// Values in a log message: numbers short, tensors by shape, norm, mean and standard deviation.
import { type Kernels, Tensor } from "../../training/engine.ts";
import { describe } from "../../training/statistics.ts";

/** Elements of an array that are written out. */
const listLimit = 8;

export function show(value: unknown, kernels: Kernels): string {
  if (value instanceof Tensor) return showTensor(value, kernels);
  if (typeof value === "number") return showNumber(value);
  if (typeof value === "string") return value;
  if (Array.isArray(value)) {
    const items = value.slice(0, listLimit).map((item) => show(item, kernels));
    return `[${items.join(", ")}${value.length > listLimit ? ", …" : ""}]`;
  }
  if (typeof value === "object" && value !== null) return value.constructor.name;
  return String(value);
}

function showTensor(x: Tensor, kernels: Kernels): string {
  const shape = `[${x.shape.join(", ")}]`;
  if (!x.alive) return `${shape} of an iteration that has ended`;
  if (x.length === 1) return showNumber(x.item());
  if (x.dtype === "int32") return `${shape} ${show(x.toFlatArray(), kernels)}`;
  const { norm, mean, std, nonFinite } = describe(kernels, x.length, x.floats);
  const broken = nonFinite > 0 ? ` ${nonFinite} not finite` : "";
  return `${shape} norm ${showNumber(norm)} mean ${showNumber(mean)} std ${showNumber(std)}${broken}`;
}

/** Six significant digits without trailing zeros; plain JavaScript numbers, so that a log can be read by programs. */
function showNumber(x: number): string {
  return Number.isInteger(x) || !Number.isFinite(x) ? String(x) : String(Number(x.toPrecision(6)));
}
