// Lines of equal value through a grid, by marching squares (Lorensen & Cline 1987, in two dimensions). Knows no canvas.

export interface Grid {
  /** Row by row. */
  readonly values: ArrayLike<number>;
  readonly columns: number;
  readonly rows: number;
}

/** From one point to another, in columns and rows. */
export type Segment = readonly [x1: number, y1: number, x2: number, y2: number];

/**
 * Where the values, linear along the sides of every cell, pass `level`. A cell whose opposite corners lie on the same side is
 * decided by the mean of its four. Cells with a value that is not finite have no line.
 */
export function contour({ values, columns, rows }: Grid, level: number): Segment[] {
  const segments: Segment[] = [];
  for (let y = 0; y + 1 < rows; y++) {
    for (let x = 0; x + 1 < columns; x++) {
      const at = y * columns + x;
      // around the cell: (x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)
      const corners = [values[at], values[at + 1], values[at + columns + 1], values[at + columns]];
      if (corners.every(Number.isFinite)) segments.push(...inCell(corners, level, x, y));
    }
  }
  return segments;
}

type Place = readonly [x: number, y: number];

function inCell(corners: readonly number[], level: number, x: number, y: number): Segment[] {
  const above = corners.map((value) => value > level);
  const crossings = [0, 1, 2, 3].flatMap((side): Place[] => {
    const next = (side + 1) % 4;
    if (above[side] === above[next]) return [];
    const share = (level - corners[side]) / (corners[next] - corners[side]);
    return [alongSide(side, share, x, y)];
  });
  if (crossings.length === 2) return [join(crossings[0], crossings[1])];
  if (crossings.length !== 4) return [];
  const mean = corners.reduce((a, b) => a + b, 0) / 4;
  // The line cuts off the corners that lie on the other side than the middle does.
  const [a, b, c, d] = crossings;
  return mean > level === above[0] ? [join(a, b), join(c, d)] : [join(d, a), join(b, c)];
}

function alongSide(side: number, share: number, x: number, y: number): Place {
  if (side === 0) return [x + share, y];
  if (side === 1) return [x + 1, y + share];
  return side === 2 ? [x + 1 - share, y + 1] : [x, y + 1 - share];
}

function join([x1, y1]: Place, [x2, y2]: Place): Segment {
  return [x1, y1, x2, y2];
}

/** Lines halfway between places, by which places of different classes are parted; a corner of three classes is left open. */
export function borders({ values, columns, rows }: Grid): Segment[] {
  const classes = [...new Set(Array.from(values))].filter(Number.isFinite);
  return classes.flatMap((own) => {
    const is = Array.from(values, (value) => (Number.isFinite(value) ? Number(value === own) : Number.NaN));
    return contour({ values: is, columns, rows }, 0.5);
  });
}
