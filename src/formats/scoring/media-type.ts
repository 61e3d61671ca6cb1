import { MillwrightError } from '../../errors.ts';

const mediaTypes = ['text/csv', 'application/json', 'application/jsonlines'] as const;

export interface MediaType {
  readonly type: (typeof mediaTypes)[number];
  /** Of CSV: whether its first line names the columns; undefined where the client does not say. */
  readonly header: 'present' | 'absent' | undefined;
}

/** A request's content type; JSON where it has none, as curl without `-H` is meant. @throws UNSUPPORTED_MEDIA_TYPE */
export function parseMediaType(contentType: string | undefined): MediaType {
  const [given = '', ...pairs] = (contentType ?? 'application/json').split(';').map((part) => part.trim());
  const parameters = new Map(pairs.filter((pair) => pair !== '').map(splitParameter));
  const charset = parameters.get('charset') ?? 'utf-8';
  if (!['utf-8', 'utf8'].includes(charset.toLowerCase())) throw unsupported('The scoring server only supports UTF-8');
  const type = typeOf(given.toLowerCase(), contentType ?? '');
  const header = type === 'text/csv' ? parameters.get('header') : undefined;
  const unknown = [...parameters.keys()].filter((key) => key !== 'charset' && !(key === 'header' && type === 'text/csv'));
  if (unknown.length > 0) throw unsupported(`Unrecognized content type parameters: ${unknown.join(', ').slice(0, 64)}`);
  if (header !== undefined && header !== 'present' && header !== 'absent')
    throw unsupported("The parameter header of text/csv is 'present' or 'absent'");
  return { type, header };
}

function typeOf(given: string, contentType: string): MediaType['type'] {
  const aliases: Readonly<Record<string, MediaType['type']>> = {
    'application/x-ndjson': 'application/jsonlines',
    'application/jsonl': 'application/jsonlines',
  };
  const type = mediaTypes.find((known) => known === given) ?? (Object.hasOwn(aliases, given) ? aliases[given] : undefined);
  if (type !== undefined) return type;
  const types = mediaTypes.map((known) => `'${known}'`).join(', ');
  throw unsupported(`This predictor only supports the following content types: Types: [${types}]. Got '${contentType.slice(0, 64)}'.`);
}

function splitParameter(pair: string): [string, string] {
  const at = pair.indexOf('=');
  const [key, value] = at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
  return [key.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')];
}

function unsupported(message: string): MillwrightError {
  return new MillwrightError('UNSUPPORTED_MEDIA_TYPE', message);
}
