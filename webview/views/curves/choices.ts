// What of the curves is switched off: whole plots, and lines by the names that the plots give them. Knows no page.

export function plotName(quantity: string): string {
  return `plot/${quantity}`;
}

/** How long an iteration took is asked for more rarely than the rest. */
export const initialHidden: readonly string[] = [plotName("milliseconds")];

/** The list with a name switched off that was on, or on that was off. */
export function switched(hidden: readonly string[], name: string): readonly string[] {
  return hidden.includes(name) ? hidden.filter((each) => each !== name) : [...hidden, name];
}
