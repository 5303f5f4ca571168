// What a condition may read of a value and call on it: properties, and methods that compute and change nothing.
import { nearest, suggestion } from "../../protocol/breakpoints/nearest.ts";
import { type Kernels, Tensor } from "../../training/engine.ts";
import { NotYet } from "./moment.ts";

/** Methods of tensors that change something, or that give what no condition can use. */
const refused: ReadonlySet<string> = new Set(["backward", "zeroGrad", "gradient", "view", "packedCopy", "constructor"]);

const textMethods: ReadonlySet<string> = new Set(["includes", "startsWith", "endsWith", "indexOf", "at", "slice"]);

const notYet = new NotYet("a value of this expression is null here", true);

/**
 * @param name of the object, for messages
 * @throws NotYet when the object is null, as a gradient is before backward has come to it; Error when there is no such thing
 */
export function readMember(object: unknown, key: unknown, name: string): unknown {
  if (object === null) throw notYet;
  if (object === undefined) throw new Error(`${name} is undefined`);
  const property = typeof key === "number" ? key : String(key);
  if (object instanceof Map)
    return object.get(property) ?? missing(object, [...object.keys()].map(String), property, name);
  if (typeof object === "string" || Array.isArray(object)) {
    if (typeof property === "number" || property === "length") return Reflect.get(Object(object), property);
  }
  if (typeof object === "object") {
    if (property in object) return Reflect.get(object, property);
    return missing(object, Object.keys(object), property, name);
  }
  return missing(object, [], property, name);
}

/**
 * The statistics of a whole tensor are numbers and take no memory, since a condition may be looked at often.
 * @throws Error when the value has no such method, or one that a condition may not call
 */
export function callMethod(
  self: unknown,
  method: string,
  parameters: readonly unknown[],
  name: string,
  kernels: Kernels,
): unknown {
  if (self === null) throw notYet;
  if (self === undefined) throw new Error(`${name} is undefined`);
  if (self instanceof Tensor) {
    const quick = parameters.length === 0 ? statistic(self, method, kernels) : null;
    if (quick !== null) return quick;
    if (!refused.has(method)) return apply(self, method, parameters, name);
  }
  if (typeof self === "number" && method === "item") return self;
  if (typeof self === "number" && method === "toFixed") return self.toFixed(Number(parameters[0] ?? 0));
  if ((typeof self === "string" || Array.isArray(self)) && textMethods.has(method))
    return apply(self, method, parameters, name);
  throw new Error(`${name}.${method}() cannot be called in a condition`);
}

function apply(self: object | string, method: string, parameters: readonly unknown[], name: string): unknown {
  const found: unknown = Reflect.get(Object(self), method);
  if (typeof found === "function") return Reflect.apply(found, self, [...parameters]);
  const own = self instanceof Tensor ? Object.getOwnPropertyNames(Tensor.prototype) : [];
  const names = own.filter((candidate) => !refused.has(candidate));
  throw new Error(`${name} has no method ${method}()${suggestion(method, nearest(method, names))}`);
}

/** Null where the method is none of these, or where the numbers need the operation itself. */
function statistic(x: Tensor, method: string, kernels: Kernels): number | null {
  if (!statistics.has(method) || x.dtype === "int32" || x.length < 2 || !x.alive) return null;
  if (method === "norm") return Math.sqrt(kernels.sumSquares(x.length, x.floats));
  const { nonFinite, sum, sumSquares, min, max } = kernels.moments(x.length, x.floats);
  // what is not finite is left out of the moments, and a condition wants to see it
  if (nonFinite > 0) return null;
  const n = x.length;
  switch (method) {
    case "sum":
      return sum;
    case "mean":
      return sum / n;
    case "min":
      return min;
    case "max":
      return max;
    default: {
      const squares = sumSquares - (sum * sum) / n;
      // the difference of two nearly equal numbers says little: then the deviations are taken one by one
      return squares > 1e-6 * sumSquares ? Math.sqrt(squares / (n - 1)) : null;
    }
  }
}

const statistics: ReadonlySet<string> = new Set(["norm", "sum", "mean", "min", "max", "std"]);

function missing(object: unknown, names: readonly string[], property: string | number, name: string): never {
  const type = typeof object === "object" && object !== null ? object.constructor.name : typeof object;
  throw new Error(`${name} (${type}) has no ${property}${suggestion(String(property), names)}`);
}
