import type { Metrics } from '../../lib/metrics.ts';
import type { ObserveGroup } from './port.ts';

const operationBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
const secondBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** Transactions of this process: how many operations shared one, and how long it took. */
export function observeGroups(metrics: Metrics): ObserveGroup {
  const operations = metrics.histogram('millwright_db_group_operations', 'Operations of one transaction.', operationBounds, ['kind']);
  const seconds = metrics.histogram(
    'millwright_db_group_seconds',
    'Time of one transaction; of a write, to the end of its durable commit.',
    secondBounds,
    ['kind'],
  );
  const series = {
    write: { operations: operations.of('write'), seconds: seconds.of('write') },
    read: { operations: operations.of('read'), seconds: seconds.of('read') },
  };
  return ({ kind, operations: count, milliseconds }) => {
    series[kind].operations.observe(count);
    series[kind].seconds.observe(milliseconds / 1000);
  };
}
