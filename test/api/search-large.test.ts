import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../support/both-databases.ts';
import { mlflowClient } from '../support/mlflow-client.ts';
import { newExperiment, newRun, type SearchAnswer } from '../support/mlflow-runs.ts';

/** More than 2,000 runs: a search in the order of a tag then walks the tag's index. */
const runs = 2040;

const long = 'x'.repeat(105);

/** Few values, long ones that differ behind the indexed beginning among them, and every tenth run without. */
function gradeOf(index: number): string | undefined {
  if (index % 10 === 9) return undefined;
  return index % 3 === 0 ? `${long}${index % 2}` : `grade ${index % 4}`;
}

describeOnBothDatabases('search over many runs', (server) => {
  const client = mlflowClient(server);

  test('the order of a tag, its pages and LIKE are right for values of any length', { timeout: 120_000 }, async () => {
    const experiment = await newExperiment(client);
    const made: { readonly name: string; readonly start: number; readonly grade: string | undefined }[] = [];
    for (let begin = 0; begin < runs; begin += 40) {
      await Promise.all(
        Array.from({ length: 40 }, async (_, offset) => {
          const index = begin + offset;
          const grade = gradeOf(index);
          const tags = grade === undefined ? [] : [{ key: 'grade', value: grade }];
          await newRun(client, experiment, { run_name: `r${index}`, start_time: 1000 + index, tags });
          made.push({ name: `r${index}`, start: 1000 + index, grade });
        }),
      );
    }
    const page = async (fields: Record<string, unknown>): Promise<{ names: string[]; token: string | undefined }> => {
      const { body } = await client.post<SearchAnswer>('runs/search', { experiment_ids: [experiment], ...fields });
      return { names: (body.runs ?? []).map((run) => run.info.run_name), token: body.next_page_token };
    };

    for (const direction of ['ASC', 'DESC']) {
      const sign = direction === 'ASC' ? 1 : -1;
      const expected = made.toSorted((a, b) => {
        if (a.grade === b.grade) return b.start - a.start;
        if (a.grade === undefined || b.grade === undefined) return a.grade === undefined ? 1 : -1;
        return a.grade < b.grade ? -sign : sign;
      });
      const names: string[] = [];
      let token: string | undefined;
      do {
        const found = await page({ order_by: [`tags.grade ${direction}`], max_results: 300, page_token: token });
        names.push(...found.names);
        token = found.token;
      } while (token !== undefined);
      expect(names).toEqual(expected.map(({ name }) => name));
    }

    const matching = (matches: (grade: string) => boolean): string[] =>
      made
        .filter(({ grade }) => grade !== undefined && matches(grade))
        .toSorted((a, b) => b.start - a.start)
        .map(({ name }) => name);
    const like = async (comparator: string, pattern: string): Promise<string[]> =>
      (await page({ filter: `tags.grade ${comparator} '${pattern}'`, max_results: 5000 })).names;
    expect(await like('LIKE', `${long}1%`)).toEqual(matching((grade) => grade === `${long}1`));
    expect(await like('LIKE', '%x1')).toEqual(matching((grade) => grade === `${long}1`));
    expect(await like('LIKE', 'grade _')).toEqual(matching((grade) => grade.startsWith('grade ')));
    expect(await like('LIKE', 'Grade%')).toEqual([]);
    expect(await like('ILIKE', 'GRADE 2')).toEqual(matching((grade) => grade === 'grade 2'));
    expect((await page({ filter: "run_name LIKE 'r203%'" })).names).toEqual(
      Array.from({ length: 10 }, (_, digit) => `r${2039 - digit}`).concat('r203'),
    );
  });
});
