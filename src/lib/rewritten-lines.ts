/** Characters of one line that is rewritten again and again that are held back at most. */
const heldAtMost = 64 * 1024;

/** What a terminal would show of a text in which `\r` rewrites a line, as far as it can no longer change. */
export interface LineRewriter {
  /** Takes the next part. @returns what is settled since the last call */
  push(text: string): string;
  /** @returns the last state of a line without an end */
  end(): string;
}

/** Of a progress bar the last state stays. A line without `\r` is settled as it comes: a prompt shows at once. */
export function createLineRewriter(): LineRewriter {
  let line = '';
  let isHeld = false;
  let isBegun = false;
  /** A `\r` at the end of a part: the next one tells whether it belongs to `\r\n`. */
  let carried = '';

  function take(piece: string): string {
    const at = piece.lastIndexOf('\r');
    if (at < 0) {
      line += piece;
      return '';
    }
    const before = isBegun ? '\n' : '';
    isBegun = false;
    isHeld = true;
    line = piece.slice(at + 1);
    return before;
  }
  function settle(): string {
    const settled = line;
    line = '';
    return settled;
  }
  return {
    push(text) {
      const whole = carried + text;
      carried = whole.endsWith('\r') ? '\r' : '';
      const pieces = whole
        .slice(0, whole.length - carried.length)
        .replaceAll('\r\n', '\n')
        .split('\n');
      const last = pieces.pop() ?? '';
      let settled = '';
      for (const piece of pieces) {
        settled += take(piece);
        settled += `${settle()}\n`;
        isHeld = false;
        isBegun = false;
      }
      settled += take(last);
      if (carried !== '' && line !== '') isHeld = true;
      if (isHeld && line.length <= heldAtMost) return settled;
      isBegun ||= line !== '';
      return settled + settle();
    },
    end: settle,
  };
}
