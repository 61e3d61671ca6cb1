import type { Endpoint } from '../api/endpoints.ts';
import * as serving from '../serving/index.ts';
import type { Call } from './route.ts';

/** Endpoints, or one of them, as the database and this process know them together. */
export async function describeEndpoints({ app, principal }: Pick<Call, 'app' | 'principal'>, name?: string): Promise<Endpoint[]> {
  const generations = new Map(
    app.endpoints.names(principal).flatMap((one) => {
      const generation = app.endpoints.find(principal, one);
      return generation === undefined ? [] : [[one, generation] as const];
    }),
  );
  const running = [...generations].map(([one, { version }]) => ({ name: one, model: version.name, version: version.version }));
  const facts = await app.db.read(serving.describeEndpoints, {
    scope: principal,
    running,
    owner: app.endpoints.owner,
    ...(name === undefined ? {} : { name }),
  });
  return facts.map((one) => {
    const { name: endpoint } = one.endpoint;
    return {
      ...endpointOf(one, generations.get(endpoint), { now: app.clock.now(), againAt: app.endpoints.triesAgainAt(principal, endpoint) }),
      ...preparingOf(app.endpoints.preparing(principal, endpoint)),
      recordsLost: app.records.lost(principal, endpoint),
    };
  });
}

function endpointOf(
  facts: serving.EndpointFacts,
  live: serving.Generation | undefined,
  { now, againAt }: { readonly now: number; readonly againAt: number | undefined },
): Omit<Endpoint, 'recordsLost'> {
  const { endpoint, target, decision, before, differs } = facts;
  const { name, project, follows, settings, records, pinned, updatedAt, updatedBy } = endpoint;
  const stats = live?.runtime.stats();
  const running = live && { version: live.version.version, since: live.since, ready: stats?.ready === true };
  const problem = serving.problemOf(facts, running);
  return {
    name,
    project,
    model: serving.modelUriOf(follows),
    settings,
    records: { ...records, keepDays: records.keepDays ?? null },
    pinned: pinned === undefined ? null : { version: pinned.version, by: pinned.by, reason: pinned.reason },
    updatedAt,
    updatedBy,
    state: serving.stateOf(facts, running),
    target: target ?? null,
    problem: problem === undefined ? null : { ...problemOf(problem), ...(againAt === undefined ? {} : { againAt }) },
    decision: decision === undefined ? null : { id: decision.id, at: decision.at, actor: decision.actor, basis: decision.basis },
    before: before ?? null,
    ...(differs === undefined ? {} : { differs }),
    live: live === undefined ? null : { ...liveOf(live, now), since: facts.since ?? live.since },
  };
}

function problemOf({ version, message, createdAt }: serving.Deployment): NonNullable<Endpoint['problem']> {
  return { version, message: message ?? '', at: createdAt };
}

function preparingOf(preparing: serving.Preparation | undefined): Pick<Endpoint, 'preparing'> {
  return preparing === undefined ? {} : { preparing: { ...preparing, log: preparing.log === '' ? null : preparing.log } };
}

function liveOf(
  { version, runtime, since, by, statistics: counted, replaced }: serving.Generation,
  now: number,
): NonNullable<Endpoint['live']> {
  return {
    model: version.name,
    version: version.version,
    flavor: runtime.flavor,
    since,
    loadedAt: since,
    by,
    ...runtime.stats(),
    statistics: {
      minute: counted.endpoint.window(60_000, now),
      quarterHour: counted.endpoint.window(15 * 60_000, now),
      version: counted.window(now),
      replaced: replaced === undefined ? null : { version: replaced.version, window: replaced.statistics.window(since) },
    },
  };
}
