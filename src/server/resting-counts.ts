import type { Scope } from '../access/index.ts';
import type { App } from '../app.ts';
import type { VersionCount } from '../predictions/index.ts';
import { namesHeldBy, type HeldName } from '../registry/index.ts';

/** Predictions of a version at an endpoint, and under which name, and when, they were recorded. */
export interface RestingCount extends VersionCount {
  readonly recorded: HeldName;
}

/** Counts by what the models are called now; records keep the name that a model had when it answered. */
export async function countResting(app: Pick<App, 'db' | 'records'>, scope: Scope, ids: readonly string[]): Promise<RestingCount[]> {
  const versionsOf = Map.groupBy(ids, (id) => id.slice(0, id.lastIndexOf('/')));
  const models = [...versionsOf.keys()];
  const held = await app.db.read(namesHeldBy, { scope, names: models });
  const asked = models.flatMap((model, index) =>
    held[index]!.map((recorded) => ({ model, recorded, versions: versionsOf.get(model)!.map((id) => id.slice(model.length + 1)) })),
  );
  const isWhole = ({ recorded }: { recorded: HeldName }): boolean => recorded.from === undefined && recorded.until === undefined;
  const whole = asked.filter(isWhole);
  const counted = await app.records.countPredictionsOfVersions(
    scope,
    whole.flatMap(({ recorded: { name }, versions }) => versions.map((version) => ({ name, version }))),
  );
  const wholeOf = new Map(whole.map((one) => [one.recorded.name, one]));
  const counts = counted.map((count): RestingCount => {
    const { model, recorded } = wholeOf.get(count.model)!;
    return { ...count, model, recorded };
  });
  for (const { model, recorded, versions } of asked.filter((one) => !isWhole(one))) {
    const { name, from, until } = recorded;
    const found = await app.records.countPredictionsBetween(scope, { model: name, versions, from, until });
    counts.push(...found.map((count) => ({ ...count, model, recorded })));
  }
  return counts;
}

/** One a version and endpoint, whatever names they were recorded under. */
export function sumByVersion(counts: readonly RestingCount[]): VersionCount[] {
  const groups = Map.groupBy(counts, ({ model, version, endpoint }) => JSON.stringify([model, version, endpoint]));
  return [...groups.values()].map((group) => ({
    model: group[0]!.model,
    version: group[0]!.version,
    endpoint: group[0]!.endpoint,
    count: group.reduce((sum, { count }) => sum + count, 0),
    firstAt: Math.min(...group.map(({ firstAt }) => firstAt)),
    lastAt: Math.max(...group.map(({ lastAt }) => lastAt)),
  }));
}
