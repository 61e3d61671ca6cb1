/** Whether the server can profile a file, by its name. */
export function isTableFile(file: string): boolean {
  return /\.(csv|tsv|jsonl|ndjson)$/i.test(file);
}
