import { describe, expect, test } from 'vitest';
import { buildGraph, cutFrozen } from './graph.ts';
import { planStages } from './plan.ts';
import { plainOutput } from '../formats/dvc/entry.ts';
import type { Stage } from './stage.ts';

function stage(name: string, deps: readonly string[], outs: readonly string[], frozen = false): Stage {
  const entry = (path: string) => ({ path, algorithm: 'md5' as const, hash: undefined, meta: {}, rest: new Map() });
  return {
    address: name,
    name,
    file: '/r/dvc.yaml',
    wdir: '/r',
    cmd: 'c',
    deps: deps.map((path) => ({ path: `/r/${path}`, entry: entry(path) })),
    params: [],
    outs: outs.map((path) => ({
      path: `/r/${path}`,
      entry: { ...entry(path), ...plainOutput },
    })),
    frozen,
    alwaysChanged: false,
    isCommandChanged: false,
    definition: undefined,
    locked: undefined,
  };
}

const names = (stages: readonly Stage[]): string[] => stages.map(({ address }) => address);
const plain = { pipeline: false, downstream: false, singleItem: false };

describe('buildGraph', () => {
  test('ties a stage to the makers of its dependency, of a folder above it and of paths inside it', () => {
    const [file, folder, user] = [stage('file', [], ['d/x']), stage('folder', [], ['e']), stage('user', ['d', 'e/deep/y'], [])];
    expect(names(buildGraph([file, folder, user], '/r').upstream(user))).toEqual(['file', 'folder']);
  });

  test.each([
    [[stage('a', [], ['o']), stage('b', [], ['o'])], "output 'o' is specified in:\n\t- b\n\t- a"],
    [[stage('a', [], ['o']), stage('b', [], ['o/x'])], "The output paths:\n'o'('a')\n'o/x'('b')\noverlap"],
    [[stage('a', [], ['o/x']), stage('b', [], ['o'])], "'o'('b')\n'o/x'('a')\noverlap"],
    [[stage('a', ['y'], ['x']), stage('b', ['x'], ['y'])], 'both a dependency and an output in stages: a, b'],
  ])('refuses clashes and circles', (stages, message) => {
    expect(() => buildGraph(stages, '/r')).toThrow(message);
  });
});

describe('planStages', () => {
  const [s1, s2, s3, side] = [
    stage('s1', [], ['a']),
    stage('s2', ['a'], ['b']),
    stage('s3', ['b'], ['c']),
    stage('side', ['a'], ['z']),
  ] as const;
  const graph = buildGraph([s3, s2, s1, side], '/r');

  test('takes dependencies first, depth first, in the order of the file', () => {
    expect(names(planStages(graph, undefined, plain))).toEqual(['s1', 's2', 's3', 'side']);
    expect(names(planStages(graph, [s2], plain))).toEqual(['s1', 's2']);
  });

  test('goes downstream, through whole pipelines, or takes the targets alone', () => {
    expect(names(planStages(graph, [s2], { ...plain, downstream: true }))).toEqual(['s2', 's3']);
    expect(names(planStages(graph, [side], { ...plain, pipeline: true }))).toEqual(['s1', 's2', 's3', 'side']);
    expect(names(planStages(graph, [s3, s1], { ...plain, singleItem: true }))).toEqual(['s3', 's1']);
  });

  test('does not go above a frozen stage', () => {
    const frozen = stage('frozen', ['a'], ['b'], true);
    const cut = cutFrozen(buildGraph([s1, frozen], '/r'));
    expect(names(planStages(cut, [frozen], plain))).toEqual(['frozen']);
  });
});
