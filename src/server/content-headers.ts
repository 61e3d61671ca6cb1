import { extname } from 'node:path';

/**
 * Headers of a file whose bytes are a stranger's: a browser may neither run them (sandbox), nor guess what they are
 * (nosniff, set on every answer), nor open them in place (attachment).
 */
export function contentHeaders(name: string): Record<string, string> {
  return {
    'content-type': contentTypes[extname(name).toLowerCase()] ?? 'application/octet-stream',
    'content-disposition': disposition(name),
    'content-security-policy': 'sandbox',
  };
}

function disposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.html': 'text/html',
  '.csv': 'text/csv',
  '.txt': 'text/plain; charset=utf-8',
  '.log': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.yaml': 'text/plain; charset=utf-8',
  '.yml': 'text/plain; charset=utf-8',
  '.pdf': 'application/pdf',
};
