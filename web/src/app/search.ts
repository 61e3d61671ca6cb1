/** The address bar holds plain text only: `?filter=…&sort=…`, so links can be read and written by hand. */
export type Search = Readonly<Record<string, string>>;

export function parseSearch(text: string): Search {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (typeof value === 'string' && value !== '') params.set(key, value);
  }
  // Commas and colons divide our lists; they are legal in a query and stay readable.
  const text = params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%2F', '/');
  return text === '' ? '' : `?${text}`;
}

/** What a page keeps of the address: the parameters it names, nothing else. */
export function keeping<Key extends string>(
  ...keys: readonly Key[]
): (raw: Record<string, unknown>) => { [K in Key]?: string | undefined } {
  return (raw) => {
    const kept: { [K in Key]?: string | undefined } = {};
    for (const key of keys) {
      const value = raw[key];
      if (typeof value === 'string' && value !== '') kept[key] = value;
    }
    return kept;
  };
}

export function readList(text: string | undefined): readonly string[] {
  return text === undefined || text === ''
    ? []
    : text.split(',').map((item) => item.replace(/~(~|c)/g, (_, mark) => (mark === 'c' ? ',' : '~')));
}

/** Items may hold commas themselves: metric names do. */
export function writeList(items: readonly string[]): string | undefined {
  return items.length === 0 ? undefined : items.map((item) => item.replaceAll('~', '~~').replaceAll(',', '~c')).join(',');
}
