/** The known name that differs from `name` in the fewest letters, at most a third of them; case does not count. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  // Long names are not typed by hand, and the table of distances grows with the square.
  if (name.length > 64) return undefined;
  let nearest: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known.slice(0, 1000)) {
    if (candidate.length > 64) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least && distance < candidate.length) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

/** Levenshtein's, one row of the table at a time. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const replaced = row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}
