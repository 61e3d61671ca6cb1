import { expect, test } from 'vitest';
import { exampleProject, victoriaRows } from './project.ts';

const incoming = 'data/incoming/victoria';

test('the validation stops on bad rows and names each of them', () => {
  using project = exampleProject();
  project.write(
    `${incoming}/a.csv`,
    victoriaRows('2012-01-01T00:00:00Z', 20, (row, index) => {
      if (index === 3) return row.with(1, '99999');
      if (index === 5) return row.with(1, 'n/a');
      if (index === 6) return row.with(2, '');
      if (index === 8) return row.with(0, 'yesterday');
      return index === 12 ? undefined : row;
    }),
  );
  project.write(`${incoming}/b.csv`, victoriaRows('2012-01-01T09:30:00Z', 2));
  expect(project.run('ingest', 'victoria').status).toBe(0);

  const answer = project.run('validate', 'victoria');
  expect(answer.status).toBe(1);
  expect(answer.stderr).toContain('7 bad row(s)');
  expect(answer.stderr).toContain('a.csv:5: range: demand 99999 is not within 1500 and 12000');
  const report = project.json('reports/validation/victoria.json');
  expect(report['passed']).toBe(false);
  expect(report['problems']).toEqual([
    { check: 'time', row: 'a.csv:10', detail: "'yesterday' is not a time" },
    { check: 'duplicate', row: 'b.csv:2', detail: '2012-01-01T09:30:00+00:00 stands in a.csv:20 already' },
    {
      check: 'gap',
      row: 'a.csv:11',
      detail: '0 days 01:00:00 after the row before, not 0 days 00:30:00: from 2012-01-01T03:30:00+00:00 to 2012-01-01T04:30:00+00:00',
    },
    {
      check: 'gap',
      row: 'a.csv:14',
      detail: '0 days 01:00:00 after the row before, not 0 days 00:30:00: from 2012-01-01T05:30:00+00:00 to 2012-01-01T06:30:00+00:00',
    },
    { check: 'number', row: 'a.csv:7', detail: "demand 'n/a' is not a number" },
    { check: 'range', row: 'a.csv:5', detail: 'demand 99999 is not within 1500 and 12000' },
    { check: 'number', row: 'a.csv:8', detail: "temperature '' is not a number" },
  ]);
});

test('a file whose columns differ is refused', () => {
  using project = exampleProject();
  project.write(`${incoming}/a.csv`, victoriaRows('2012-01-01T00:00:00Z', 2));
  project.write(`${incoming}/b.csv`, 'Time,Load,Temperature,Date,Holiday\n');
  const answer = project.run('ingest', 'victoria');
  expect(answer.status).toBe(1);
  expect(answer.stderr.trim()).toBe(
    `${incoming}/b.csv is refused: its columns differ from those of region 'victoria' in params.yaml (missing: Demand; unknown: Load)`,
  );
});

test('files are appended, sorted and made into hourly means', () => {
  using project = exampleProject();
  project.write(`${incoming}/a.csv`, victoriaRows('2012-01-01T01:00:00Z', 2));
  project.write(
    `${incoming}/b.csv`,
    victoriaRows('2012-01-01T00:00:00Z', 2, (row) => row.with(1, '5000')),
  );
  expect(project.run('ingest', 'victoria').status).toBe(0);
  expect(project.read('data/hourly/victoria.csv')).toBe(
    'time,demand,temperature\n2012-01-01T00:00:00Z,5000.0,20.5\n2012-01-01T01:00:00Z,4010.0,20.5\n',
  );
});

test('days on which the clocks change have 46 and 50 half-hours and no gap', () => {
  using project = exampleProject();
  // Melbourne's clocks went back on 2012-04-01 and forward on 2012-10-07.
  project.write(`${incoming}/a.csv`, victoriaRows('2012-03-29T13:00:00Z', 48 * 200));
  expect(project.run('ingest', 'victoria').status).toBe(0);
  expect(project.run('validate', 'victoria')).toMatchObject({ status: 0, stderr: '' });
  expect(project.json('reports/validation/victoria.json')['days_by_rows']).toEqual({ 46: 1, 48: 196, 50: 1 });
});

test('features are those of the local clock, with the holidays of the place and the load known a day ahead', () => {
  using project = exampleProject();
  // Labour Day of Victoria was Monday, 2012-03-12.
  project.write(`${incoming}/a.csv`, victoriaRows('2012-03-08T13:00:00Z', 48 * 6));
  project.setParams({ lags: { first: 24, last: 25 } });
  const split = { train: '2012-03-11', holdout: '2012-03-12', end: '2012-03-13' };
  project.python(
    `import yaml; p = yaml.safe_load(open("params.yaml")); p["regions"]["victoria"]["split"] = ${JSON.stringify(split)}; yaml.safe_dump(p, open("params.yaml", "w"))`,
  );
  for (const stage of ['ingest', 'validate', 'prepare']) expect(project.run(stage, 'victoria')).toMatchObject({ status: 0, stderr: '' });
  const [head, first, ...rest] = project.read('data/features/victoria/holdout.csv').trim().split('\n');
  expect(head).toBe('time,local_date,month,weekday,hour,holiday,temperature,load_24h_before,load_25h_before,load');
  expect(first).toBe('2012-03-11T13:00:00Z,2012-03-12,3,0,0,1,20.5,4010.0,4930.0,4010.0');
  expect(rest).toHaveLength(23);
  expect(project.read('data/features/victoria/train.csv')).toContain('2012-03-10T13:00:00Z,2012-03-11,3,6,0,0,');
});

test('an unknown region is named with those that are there', () => {
  using project = exampleProject();
  expect(project.run('ingest', 'atlantis')).toMatchObject({
    status: 1,
    stderr: "no region 'atlantis' in params.yaml: name one of victoria\n",
  });
});
