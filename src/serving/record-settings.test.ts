import { expect, test, vi } from 'vitest';
import { keepEverything } from '../predictions/index.ts';
import { watchRecordSettings } from './record-settings.ts';

/** A database whose answers come when the test says: the parts that are kept, one for each question so far. */
function slowDatabase(): { db: { read: () => Promise<never> }; answer: (question: number, sample: number) => void } {
  const waiting: ((rows: unknown) => void)[] = [];
  return {
    db: { read: () => new Promise<never>((resolve) => waiting.push(resolve as (rows: unknown) => void)) },
    answer: (question, sample) => waiting[question]!([{ workspaceId: 1, endpoint: 'load', records: { ...keepEverything, sample } }]),
  };
}

test('what a refresh found holds when it resolves, also while a later one is under way, and is not undone by an earlier one', async () => {
  const { db, answer } = slowDatabase();
  const opening = watchRecordSettings({ db, log: { error: () => undefined } });
  answer(0, 1);
  const watch = await opening;
  const [earlier, asked, later] = [watch.refresh(), watch.refresh(), watch.refresh()];
  answer(2, 0.5);
  await asked;
  expect(watch.of(1, 'load')?.sample).toBe(0.5);
  answer(1, 0.1);
  await earlier;
  expect(watch.of(1, 'load')?.sample).toBe(0.5);
  answer(3, 0.2);
  await later;
  expect(watch.of(1, 'load')?.sample).toBe(0.2);
  await watch.close();
});

test('an endpoint whose old records cannot be removed does not keep those of the others, nor what was left before', async () => {
  const rows = ['load', 'price'].map((endpoint) => ({ workspaceId: 1, endpoint, records: keepEverything, keepDays: 1 }));
  const failures: unknown[] = [];
  const watch = await watchRecordSettings({
    db: { read: () => Promise.resolve(rows as never) },
    log: { error: (details) => failures.push(details) },
  });
  const asked: string[] = [];
  watch.removeOld({
    forgetOld: async (_, endpoint) => {
      asked.push(endpoint);
      if (endpoint === 'load') throw new Error('the disk is gone');
      return 0;
    },
    removeForgotten: () => Promise.resolve(void asked.push('what was forgotten')),
  });
  await vi.waitFor(() => expect(asked).toEqual(['load', 'price', 'what was forgotten']));
  expect(failures).toEqual([{ err: new Error('the disk is gone') }]);
  await watch.close();
});

test('files that were forgotten are removed also where no endpoint says how long', async () => {
  const watch = await watchRecordSettings({ db: { read: () => Promise.resolve([] as never) }, log: { error: () => undefined } });
  const asked: string[] = [];
  watch.removeOld({ forgetOld: () => Promise.reject(new Error('no')), removeForgotten: () => Promise.resolve(void asked.push('drained')) });
  await vi.waitFor(() => expect(asked).toEqual(['drained']));
  await watch.close();
});
