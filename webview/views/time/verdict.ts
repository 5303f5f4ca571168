// How a gradient changes on its way back through time, in words. Knows no page.

import type { ChainPart } from "../../../src/protocol/inspector/chain.ts";
import { describeTimesteps } from "../../describe.ts";
import { formatNumber } from "../../format.ts";

export interface Slope {
  readonly kind: "vanishing" | "fading" | "steady" | "growing" | "exploding";
  /** Decades for every step back. */
  readonly perStep: number;
}

/** A change of less than this many decades over all is none; from `much` on it has a name. */
const little = 0.5;
const much = 2;

/**
 * The straight line through log₁₀ of the norms, by least squares.
 * @param norms in the order in which backward comes to them; what is not above 0 and finite is left out
 * @returns null for fewer than three norms
 */
export function slopeOf(norms: readonly (number | null)[]): Slope | null {
  const points = norms.flatMap((norm, k) =>
    norm !== null && norm > 0 && Number.isFinite(norm) ? [[k, Math.log10(norm)]] : [],
  );
  if (points.length < 3) return null;
  const mean = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const perStep =
    points.reduce((sum, [k, log]) => sum + (k - x) * (log - y), 0) / points.reduce((sum, [k]) => sum + (k - x) ** 2, 0);
  const all = perStep * (points[points.length - 1][0] - points[0][0]);
  const size = Math.abs(all);
  if (size < little) return { kind: "steady", perStep };
  if (all < 0) return { kind: size < much ? "fading" : "vanishing", perStep };
  return { kind: size < much ? "growing" : "exploding", perStep };
}

/** A shape of its own for each, so that nothing hangs on colour. */
export const slopeSigns: Readonly<Record<Slope["kind"], string>> = {
  vanishing: "▼",
  fading: "▽",
  steady: "●",
  growing: "△",
  exploding: "▲",
};

/** `falls by 10× every 4 steps` */
export function paceOf({ kind, perStep }: Slope): string {
  if (kind === "steady") return "stays about as large";
  const verb = perStep < 0 ? "falls" : "grows";
  const steps = 1 / Math.abs(perStep);
  if (steps < 1.5) return `${verb} by ${formatNumber(10 ** Math.abs(perStep))}× every step`;
  return `${verb} by 10× every ${Math.round(steps)} steps`;
}

/** The verdict on ‖∂L/∂h_t‖, with its sign; empty while too little of it is known. */
export function describeGradient(gradNorms: readonly (number | null)[], reversed: boolean): string {
  const backwards = reversed ? gradNorms : gradNorms.toReversed();
  const flow = reversed ? "" : describeTimesteps(gradNorms);
  if (gradNorms.some((norm) => norm !== null && !Number.isFinite(norm))) return flow || "Not finite.";
  const known = backwards.filter((norm) => norm !== null);
  const zeros = known.length - 1 - known.findLastIndex((norm) => norm > 0);
  const slope = slopeOf(backwards);
  const verdict =
    slope === null ? "" : `${slopeSigns[slope.kind]} ${capital(slope.kind)}: it ${paceOf(slope)} going back in time.`;
  const nothing = zeros > 0 && zeros < known.length ? ` Over the last ${zeros} steps back it is exactly zero.` : "";
  return [verdict, flow].filter((text) => text !== "").join(" ") + nothing;
}

/** What the Jacobian says of memory: how far back, and how fast it is lost. */
export function describeMemory(part: ChainPart): string {
  const { reach, timesteps } = part;
  const T = timesteps.find(({ jacobianNorm }) => jacobianNorm === 1)?.t ?? timesteps.length - 1;
  const reversed = part.name.endsWith("_reverse");
  const norms = timesteps.map(({ jacobianNorm }) => jacobianNorm);
  const slope = slopeOf(reversed ? norms : norms.toReversed());
  const what = timesteps.some(({ cellNorm }) => cellNorm !== null) ? "‖∂h_T/∂h_t‖ or ‖∂h_T/∂c_t‖" : "‖∂h_T/∂h_t‖";
  const all = timesteps.length - 1;
  const steps = (n: number) => (n === 1 ? "1 timestep" : `${n} timesteps`);
  const far =
    reach === all
      ? `It remembers all ${steps(all)} there are: ${what} is at least 1 % of h_T throughout`
      : `It remembers ${steps(reach)} back from T = ${T}: before that ${what} is below 1 %`;
  return slope === null ? `${far}.` : `${far}; ‖∂h_T/∂h_t‖ ${paceOf(slope)}.`;
}

function capital(word: string): string {
  return word[0].toUpperCase() + word.slice(1);
}
