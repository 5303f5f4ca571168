// Values as a debugger shows them: a store of handles that live for one pause, and how each kind of value opens.

import { defaultPrecision, type MemoryInfo, type ValueInfo } from "../../protocol/values.ts";
import type { Kernels } from "../../training/engine.ts";
import { Module, Parameter, Tensor } from "../../training/engine.ts";
import { describe } from "../../training/statistics.ts";
import { formatHex, formatHistogram, formatNumber, formatShape, formatStatistics } from "./format.ts";
import { type Container, type Named, Section, type Style, type ValueSource } from "./named.ts";
import { readBytes } from "./tensors/live.ts";
import { Difference, Note, tensorContainer } from "./tensors/tensorValues.ts";

/** Of a plain object or array at most this many entries are listed. */
const listLimit = 1000;

export class ValueStore {
  /** Significant digits. */
  digits = defaultPrecision;
  private containers: Container[] = [];
  private tensors: Tensor[] = [];
  /** Handles of memory are texts that a client may keep; those of an earlier pause must not fit a later one. */
  private pause = 1;

  constructor(
    private readonly kernels: Kernels,
    private readonly source: ValueSource,
  ) {}

  /** Drops all handles: the run goes on. */
  clear(): void {
    this.containers = [];
    this.tensors = [];
    this.pause++;
  }

  /** A handle for a list of values that is made when it is opened. */
  list(named: () => readonly Named[]): number {
    return this.add({ named, indexed: none });
  }

  /** @throws Error for a handle that is not of this pause */
  children(reference: number, start: number, count: number, style: Style = {}): ValueInfo[] {
    const container = this.container(reference);
    const named = container.named();
    const total = named.length + container.indexed.count;
    const end = count > 0 ? Math.min(total, start + count) : total;
    const out: ValueInfo[] = [];
    for (let i = start; i < end; i++)
      out.push(this.show(i < named.length ? named[i] : container.indexed.at(i - named.length), style));
    return out;
  }

  /** One child by its name. @throws Error when there is none, or for a handle that is not of this pause */
  child(reference: number, name: string): Named {
    const { named, indexed } = this.container(reference);
    const found = named().find((candidate) => candidate.name === name);
    if (found !== undefined) return found;
    if (/^\d+$/.test(name) && Number(name) < indexed.count) return indexed.at(Number(name));
    throw new Error(`there is no "${name}" among these values`);
  }

  /** @throws Error for a handle that is not of this pause */
  memory(handle: string, offset: number, count: number): MemoryInfo {
    const [pause, index] = handle.split(".").map(Number);
    const tensor = pause === this.pause ? this.tensors[index] : undefined;
    if (tensor === undefined)
      throw new Error(`the memory reference ${handle} is not of this pause: the run has gone on since`);
    return readBytes(tensor, offset, count);
  }

  show({ name, value, evaluateName = "", assign, whole = false }: Named, style: Style = {}): ValueInfo {
    const shown = value instanceof Difference ? value.delta : value;
    const container = this.containerOf(value, evaluateName);
    const changeable = assign !== undefined || (value instanceof Tensor && value.alive && this.source.isLive(value));
    const info = {
      name,
      evaluateName,
      ...this.describe(value, { ...style, hex: style.hex === true && whole }),
      ...(shown instanceof Tensor && shown.alive ? { memory: `${this.pause}.${this.tensors.push(shown) - 1}` } : {}),
      changeable,
    };
    if (container === null) return { ...info, reference: 0, indexedChildren: 0, namedChildren: 0 };
    return {
      ...info,
      reference: this.add(container),
      indexedChildren: container.indexed.count,
      namedChildren: container.named().length,
    };
  }

  private add(container: Container): number {
    return this.containers.push(container);
  }

  private container(reference: number): Container {
    const container = this.containers[reference - 1];
    if (container === undefined)
      throw new Error(`the reference ${reference} is not valid any more: the run has gone on since`);
    return container;
  }

  private describe(value: unknown, style: Style): { readonly value: string; readonly type: string } {
    if (value instanceof Tensor)
      return { value: this.describeTensor(value, style), type: value instanceof Parameter ? "Parameter" : "Tensor" };
    if (value instanceof Difference) return { value: value.describe(this.digits), type: "Difference" };
    if (value instanceof Note || value instanceof Section) return { value: value.text, type: "" };
    if (value instanceof Module) return { value: describeModule(value), type: value.constructor.name };
    if (typeof value === "number")
      return { value: style.hex ? formatHex(value) : formatNumber(value, this.digits), type: "number" };
    if (typeof value === "string") return { value: JSON.stringify(value), type: "string" };
    if (typeof value === "function") return { value: `function ${value.name}`, type: "function" };
    if (Array.isArray(value)) return { value: describeArray(value, this.digits), type: "Array" };
    if (typeof value === "object" && value !== null)
      return { value: value.constructor?.name ?? "Object", type: value.constructor?.name ?? "Object" };
    return { value: String(value), type: value === null ? "null" : typeof value };
  }

  private describeTensor(t: Tensor, { long = false }: Style): string {
    const { digits } = this;
    if (!t.alive) return `Tensor ${formatShape(t.shape)} of an iteration that has ended`;
    if (t.dtype === "int32")
      return `Tensor ${formatShape(t.shape)} ${t.length <= 8 ? t.toFlatArray().join(", ") : "whole numbers"}`;
    if (t.length === 1) return formatNumber(t.item(), digits);
    const statistics = describe(this.kernels, t.length, t.floats);
    const line = `Tensor ${formatShape(t.shape)}  ${formatStatistics(statistics, digits)}`;
    const histogram = long ? formatHistogram(t.floats.array, statistics, digits) : null;
    return histogram === null ? line : `${line}\n${histogram}`;
  }

  private containerOf(value: unknown, path: string): Container | null {
    if (value instanceof Tensor)
      return value.alive ? tensorContainer(value, path, this.kernels, this.source, this.digits) : null;
    if (value instanceof Difference) return value.container();
    if (value instanceof Module) return moduleContainer(value, path);
    if (value instanceof Note) return null;
    if (value instanceof Section) return { named: value.children, indexed: none };
    if (Array.isArray(value)) {
      const count = Math.min(value.length, listLimit);
      return {
        named: () => [],
        indexed: { count, at: (i) => ({ name: String(i), value: value[i], evaluateName: path && `${path}[${i}]` }) },
      };
    }
    if (typeof value === "object" && value !== null) {
      const entries = Object.entries(value).slice(0, listLimit);
      return {
        named: () => entries.map(([name, v]) => ({ name, value: v, evaluateName: path && `${path}.${name}` })),
        indexed: none,
      };
    }
    return null;
  }
}

const none = { count: 0, at: (): Named => ({ name: "", value: undefined }) };

/** A short list of numbers, such as a shape or the betas of Adam, says itself. */
function describeArray(values: readonly unknown[], digits: number): string {
  const short = values.length <= 8 && values.every((value) => typeof value === "number");
  if (!short) return `Array(${values.length})`;
  return `[${values.map((value) => (typeof value === "number" ? formatNumber(value, digits) : "")).join(", ")}]`;
}

function describeModule(module: Module): string {
  const parameters = module.parameters();
  const count = parameters.reduce((n, p) => n + p.length, 0);
  return `${module.constructor.name}  ${parameters.length} parameters, ${count.toLocaleString("en")} values`;
}

function moduleContainer(module: Module, path: string): Container {
  const entries: Named[] = [...module.ownParameters(), ...module.namedChildren()].map(([name, value]) => ({
    name,
    value,
    evaluateName: path && (/^\d/.test(name) ? `${path}[${name}]` : `${path}.${name}`),
  }));
  return { named: () => entries, indexed: none };
}
