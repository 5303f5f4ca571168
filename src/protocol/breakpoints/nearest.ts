// Names like one that is not there, for messages.

/** Of a message at most this many. */
const listLimit = 3;

/** `; did you mean rnn or rnn2?`, or what there is when nothing is like it. */
export function suggestion(wanted: string, names: readonly string[]): string {
  const near = nearest(wanted, names);
  if (near.length > 0) return `; did you mean ${near.join(" or ")}?`;
  if (names.length === 0) return "";
  const shown = names.slice(0, 12).join(", ");
  return `; there are ${shown}${names.length > 12 ? ` and ${names.length - 12} more` : ""}`;
}

/** Those that differ from `wanted` in at most a third of their letters, the most like it first. */
export function nearest(wanted: string, names: readonly string[]): string[] {
  const measured = names.map((name) => ({
    name,
    distance: editDistance(wanted.toLowerCase(), name.toLowerCase()),
  }));
  return measured
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(Math.max(name.length, wanted.length) / 3)))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, listLimit)
    .map(({ name }) => name);
}

/** Letters to insert, delete, replace or swap with their neighbour to make b of a (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const least = Math.min(replaced, rows[i - 1][j] + 1, row[j - 1] + 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(isSwap ? Math.min(least, rows[i - 2][j - 2] + 1) : least);
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}
