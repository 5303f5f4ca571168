// Checks what is typed for an iteration. Knows no VS Code.

/** What is wrong with the text, or null when it is an iteration of the run. */
export function iterationProblem(text: string, last: number): string | null {
  const number = Number(text);
  if (text.trim() !== "" && Number.isInteger(number) && number >= 1 && number <= last) return null;
  return `Write a whole number from 1 to ${last}`;
}
