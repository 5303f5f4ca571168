// Colours and shapes of classes: each class has both, so that nobody needs the colour to tell them apart.

type Rgb = readonly [red: number, green: number, blue: number];

/** Okabe & Ito 2008, which colour-blind people tell apart; the first two are blue and orange. */
const classColours: readonly Rgb[] = [
  [0, 114, 178],
  [230, 159, 0],
  [0, 158, 115],
  [204, 121, 167],
  [213, 94, 0],
  [86, 180, 233],
  [240, 228, 66],
  [136, 136, 136],
];

/** Dark to light, so that lightness alone tells the order; viridis of matplotlib (Smith & van der Walt 2015, CC0), every ninth. */
const ramp: readonly Rgb[] = [
  [68, 1, 84],
  [72, 40, 120],
  [62, 73, 137],
  [49, 104, 142],
  [38, 130, 142],
  [31, 158, 137],
  [53, 183, 121],
  [110, 206, 88],
  [181, 222, 43],
  [253, 231, 37],
];

export function classColour(number: number): Rgb {
  return classColours[number % classColours.length];
}

/** @param share 0 to 1 */
export function rampColour(share: number): Rgb {
  const at = Math.min(1, Math.max(0, share)) * (ramp.length - 1);
  const low = Math.min(Math.floor(at), ramp.length - 2);
  const mix = (channel: 0 | 1 | 2) => ramp[low][channel] + (ramp[low + 1][channel] - ramp[low][channel]) * (at - low);
  return [mix(0), mix(1), mix(2)];
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`;
}

/** Black or white, whichever is read better upon the colour: by its relative luminance (WCAG 2.2). */
export function inkOn([red, green, blue]: Rgb): "#000000" | "#ffffff" {
  const [r, g, b] = [red, green, blue].map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000000" : "#ffffff";
}

/** Corners of each class's shape around the origin, within 1 of it; a shape without corners is a circle. */
const shapes: readonly (readonly (readonly [number, number])[])[] = [
  [],
  [
    [0, -1.1],
    [1.05, 0.8],
    [-1.05, 0.8],
  ],
  [
    [-0.85, -0.85],
    [0.85, -0.85],
    [0.85, 0.85],
    [-0.85, 0.85],
  ],
  [
    [0, -1.2],
    [1.1, 0],
    [0, 1.2],
    [-1.1, 0],
  ],
  [
    [0, 1.1],
    [1.05, -0.8],
    [-1.05, -0.8],
  ],
];

/** The outline of a class's mark, ready to be filled or stroked. */
export function markPath(number: number, x: number, y: number, radius: number): Path2D {
  const path = new Path2D();
  const corners = shapes[number % shapes.length];
  if (corners.length === 0) path.arc(x, y, radius, 0, 2 * Math.PI);
  corners.forEach(([dx, dy], i) => {
    if (i === 0) path.moveTo(x + dx * radius, y + dy * radius);
    else path.lineTo(x + dx * radius, y + dy * radius);
  });
  path.closePath();
  return path;
}
