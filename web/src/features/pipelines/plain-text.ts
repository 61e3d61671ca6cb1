// oxlint-disable-next-line no-control-regex -- escape sequences are what is taken out
const escapes = /\u001b\[[0-9;?]*[A-Za-z]|\u001b\][^\u0007]*\u0007/g;

/** A terminal's text without colours; of a line that was drawn over, what stood there last. */
export function plainText(text: string): string {
  return text
    .replace(escapes, '')
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.slice(line.lastIndexOf('\r', line.length - 2) + 1).replace(/\r$/, ''))
    .join('\n');
}
