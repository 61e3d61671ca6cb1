/** A text as one word of a POSIX shell, quoted where it must be: names and ids may hold anything, and people paste what they copy. */
export function shellWord(text: string): string {
  return /^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
