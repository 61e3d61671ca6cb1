/** Names and messages come from anyone: nothing in them moves the cursor or colours the terminal, and each stays on its line. */
export function harmless(text: string): string {
  return text.replaceAll(/[^\P{Cc}\t]/gu, ' ');
}

/** As {@link harmless}, of a text that may have several lines. */
export function harmlessLines(text: string): string {
  return text.split('\n').map(harmless).join('\n');
}
