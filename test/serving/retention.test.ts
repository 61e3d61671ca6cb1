import { expect, test } from 'vitest';
import type { Principal } from '../../src/access/index.ts';
import { keepEverything } from '../../src/predictions/index.ts';
import { declareEndpoints, defaultSettings, removeEndpoint } from '../../src/serving/index.ts';
import { listRetention } from '../../src/serving/queries.ts';
import { openScene } from './scene.ts';

test('the records of an endpoint that is removed are kept as long as it said last, until its name is declared again', async () => {
  const scene = await openScene();
  const principal = { workspaceId: 1, name: 'ann', role: 'admin' } as Principal;
  const change = () => ({ principal, now: 1, auditId: scene.ids.uuid7() });
  const follows = { model: 'energy', kind: 'alias', name: 'champion' } as const;
  const declare = (name: string, keepDays?: number) => {
    const records = keepDays === undefined ? keepEverything : { ...keepEverything, keepDays };
    return scene.db.write(declareEndpoints, {
      ...change(),
      project: 'p',
      endpoints: [{ name, follows, settings: defaultSettings, records }],
    });
  };
  const kept = async () => (await scene.db.read(listRetention, {})).map(({ endpoint, keepDays }) => `${endpoint} ${keepDays}`);
  await declare('load', 30);
  await declare('price');
  expect(await kept()).toEqual(['load 30']);
  for (const name of ['load', 'price']) await scene.db.write(removeEndpoint, { ...change(), name });
  expect(await kept()).toEqual(['load 30']);
  await declare('load');
  expect(await kept()).toEqual([]);
  await scene.close();
});
