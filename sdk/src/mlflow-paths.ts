export const root = '/ajax-api/2.0/mlflow';

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** Lists are repeated keys, as MLflow's server reads them. */
export function writeQuery(query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const item of typeof value === 'object' ? value : [value]) params.append(key, String(item));
  }
  return params.size === 0 ? '' : `?${params.toString()}`;
}
