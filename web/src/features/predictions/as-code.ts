import type { PredictionQuery } from '../../../../sdk/src/millwright.ts';
import type { AsCode } from '../../ui/copy.tsx';
import { shellWord } from '../../ui/shell-word.ts';
import { wholeFilter } from './predictions-view.ts';

/** The predictions that the table shows. */
export function searchAsCode(query: PredictionQuery): AsCode {
  const { endpoint, text } = query;
  const filter = wholeFilter(query);
  const options = [
    endpoint === undefined ? '' : ` --endpoint ${shellWord(endpoint)}`,
    filter === '' ? '' : ` --filter ${shellWord(filter)}`,
    text === undefined ? '' : ` --text ${shellWord(text)}`,
  ];
  const params = new URLSearchParams(Object.entries({ ...query, limit: 1000 }).map(([name, value]) => [name, String(value)]));
  const url = `${location.origin}/api/1/predictions?${params.toString()}`;
  return {
    cli: `millwright predictions${options.join('')}`,
    curl: `curl -s ${shellWord(url)}`,
    python: [
      'import json, urllib.request',
      `url = ${JSON.stringify(url)}`,
      'for row in json.load(urllib.request.urlopen(url))["items"]:',
      '    print(row["requestId"], row["features"], row["prediction"])',
    ].join('\n'),
  };
}

export function recordAsCode(requestId: string): AsCode {
  const url = `${location.origin}/api/1/predictions/${encodeURIComponent(requestId)}`;
  return {
    cli: `millwright predictions show ${shellWord(requestId)}\nmillwright lineage ${shellWord(`prediction:${requestId}`)}`,
    curl: `curl -s ${shellWord(url)}`,
    python: `import json, urllib.request\nrows = json.load(urllib.request.urlopen(${JSON.stringify(url)}))["items"]\nprint(rows[0]["features"], rows[0]["prediction"])`,
  };
}
