/** The line that makes Git ignore one file or folder beside the `.gitignore`, as DVC writes it. */
export function gitignoreEntry(basename: string): string {
  return `/${basename.replace(/[\\[\]!*#?]/g, '\\$&')}`;
}

/** The text with the entry appended; undefined where it is there already. */
export function addGitignoreEntry(text: string, entry: string): string | undefined {
  if (lines(text).includes(entry)) return undefined;
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${entry}\n`;
}

/** The text without the entry's lines; undefined where it has none. Empty means that the file goes. */
export function removeGitignoreEntry(text: string, entry: string): string | undefined {
  const kept = text.split(/(?<=\n)/).filter((line) => line.trim() !== entry.trim());
  const result = kept.join('');
  return result === text ? undefined : result;
}

function lines(text: string): string[] {
  return text.split('\n').map((line) => line.replace(/\r$/, ''));
}
