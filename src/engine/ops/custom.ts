// Operations of the user's own, with their own backward (as torch.autograd.Function).
import { engine } from "../engine.ts";
import { sameShape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

export interface CustomOperation<Saved> {
  /** Shown in the debugger. */
  readonly name: string;
  /** Computes the output from the inputs with tensor operations, which are not recorded; `saved` is handed to backward. */
  forward(...inputs: Tensor[]): { readonly output: Tensor; readonly saved: Saved };
  /** ∂L/∂input for every input from ∂L/∂output; null where an input needs none. */
  backward(gradient: Tensor, saved: Saved): readonly (Tensor | null)[];
}

/**
 * Makes a function of tensors out of a forward and its backward.
 * @throws ModelError when backward returns another number of gradients, or one of another shape than its input
 */
export function defineOp<Saved>(operation: CustomOperation<Saved>): (...inputs: Tensor[]) => Tensor {
  return (...inputs) => {
    const e = engine();
    const { output: value, saved } = e.noGrad(() => operation.forward(...inputs));
    const output = value.view(
      value.shape,
      (strides) => ({ strides, offset: 0 }),
      e.recording && inputs.some((x) => x.requiresGrad),
    );
    e.record(
      "custom",
      inputs,
      output,
      () => {
        const { grad } = output;
        if (grad === null) return;
        const gradients = e.noGrad(() => operation.backward(grad, saved));
        if (gradients.length !== inputs.length) {
          throw e.error(
            `${operation.name}: backward returned ${gradients.length} gradients for ${inputs.length} inputs`,
          );
        }
        gradients.forEach((gradient, i) => {
          if (gradient !== null) addGradient(operation.name, inputs[i], gradient, i);
        });
      },
      operation.name,
    );
    return output;
  };
}

function addGradient(name: string, x: Tensor, gradient: Tensor, i: number): void {
  if (!sameShape(x.shape, gradient.shape)) {
    throw engine().error(
      `${name}: backward's gradient ${i} has shape ${showShape(gradient.shape)}, but input ${i} has ${showShape(x.shape)}`,
    );
  }
  if (x.requiresGrad) engine().kernels.axpy(x.length, 1, gradient.floats, x.gradient());
}

/** Runs a function without recording: what it computes has no gradient. */
export function noGrad<T>(body: () => T): T {
  return engine().noGrad(body);
}
