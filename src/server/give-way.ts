import Type from 'typebox';
import type { GivenWay } from '../api/give-way.ts';
import { MillwrightError } from '../errors.ts';
import { isRecording } from '../pipelines/runs/index.ts';
import type { Call, Route } from './route.ts';

export const giveWayRoutes: readonly Route[] = [
  { method: 'POST', url: '/api/1/give-way', action: 'access.manage', body: Type.Object({}), handler: giveWay },
];

/** Asks a server that a `repro` started for its records to end as soon as nobody needs it. @throws RESOURCE_CONFLICT in one that stays */
async function giveWay({ app }: Call): Promise<GivenWay> {
  if (app.giveWay === undefined) throw new MillwrightError('RESOURCE_CONFLICT', 'this server was started to stay: stop it where it runs');
  const recording = await app.db.read(isRecording, { now: app.clock.now() });
  app.giveWay.abort();
  return { recording };
}
