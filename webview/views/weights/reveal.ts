// Brings the chosen tensor's picture into view, for other panels that lead to it.

/** Panels above it that come into sight are drawn then, and grow: so long it is brought back to its place, in frames. */
const settling = 30;

export function revealTensor(): void {
  const element = document.querySelector(".weights-tensor");
  let frames = settling;
  const stop = (): void => {
    frames = 0;
  };
  // the reader goes somewhere else
  for (const name of ["wheel", "keydown", "pointerdown"]) window.addEventListener(name, stop, { once: true });
  const step = (): void => {
    if (frames-- <= 0) {
      for (const name of ["wheel", "keydown", "pointerdown"]) window.removeEventListener(name, stop);
      return;
    }
    element?.scrollIntoView({ block: "start" });
    requestAnimationFrame(step);
  };
  step();
}
