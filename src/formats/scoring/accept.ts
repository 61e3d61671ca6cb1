const answerTypes = ['application/json', 'text/csv', 'application/jsonlines'] as const;

export type AnswerType = (typeof answerTypes)[number];

/** The type of answer that `Accept` asks for first among those that are written; JSON where it names none, as MLflow always answers. */
export function acceptedType(accept: string | undefined): AnswerType {
  if (accept === undefined || accept === '*/*') return 'application/json';
  const wanted = accept
    .split(',', 32)
    .map(readRange)
    .filter(({ quality }) => quality > 0)
    .toSorted((one, other) => other.quality - one.quality);
  for (const { type } of wanted) {
    const found = type === '*/*' ? 'application/json' : answerTypes.find((known) => known === type || `${known.split('/')[0]}/*` === type);
    if (found !== undefined) return found;
  }
  return 'application/json';
}

function readRange(range: string): { readonly type: string; readonly quality: number } {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const given = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  const quality = given === undefined ? 1 : Number(given);
  return { type, quality: Number.isNaN(quality) ? 0 : quality };
}
