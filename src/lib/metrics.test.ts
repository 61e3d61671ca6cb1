import { expect, test } from 'vitest';
import { Metrics } from './metrics.ts';

test('counters and sources are written as Prometheus reads them', () => {
  const metrics = new Metrics();
  const requests = metrics.counter('requests_total', 'Requests\nby \\ path.', ['path', 'status']);
  requests.of('/a"b\\c\n', '200').value += 2;
  requests.of('/', '404').value += 1;
  metrics.counter('requests_total', 'asked for again', ['path', 'status']).of('/', '404').value += 1;
  metrics.source(() => [
    { name: 'free', help: 'Free.', type: 'gauge', samples: [{ value: NaN }, { labels: { of: 'x' }, value: -Infinity }] },
  ]);
  expect(metrics.text()).toBe(
    '# HELP requests_total Requests\\nby \\\\ path.\n# TYPE requests_total counter\n' +
      'requests_total{path="/a\\"b\\\\c\\n",status="200"} 2\nrequests_total{path="/",status="404"} 2\n' +
      '# HELP free Free.\n# TYPE free gauge\nfree NaN\nfree{of="x"} -Inf\n',
  );
});

test('the buckets of a histogram count all that is not above their bound', () => {
  const metrics = new Metrics();
  const sizes = metrics.histogram('sizes', 'Sizes.', [1, 10], ['of']).of('a');
  for (const size of [1, 1.5, 10, 11]) sizes.observe(size);
  expect(metrics.text()).toBe(
    '# HELP sizes Sizes.\n# TYPE sizes histogram\n' +
      'sizes_bucket{of="a",le="1"} 1\nsizes_bucket{of="a",le="10"} 3\nsizes_bucket{of="a",le="+Inf"} 4\nsizes_sum{of="a"} 23.5\nsizes_count{of="a"} 4\n',
  );
});
