import { expect, test } from 'vitest';
import { describeEvent } from './event-text.ts';

const event = (kind: string, subjectId: string, data: Record<string, unknown>) => ({
  id: '1',
  kind,
  subjectKind: 'x',
  subjectId,
  at: 0,
  actor: 'a',
  data,
});

test('an event leads to the page of its subject', () => {
  expect(describeEvent(event('pipeline_run.ended', 'p1', { project: 'energy', number: 3, outcome: 'failed' }))).toEqual({
    text: 'energy #3 failed',
    tone: 'failed',
    href: '/pipelines/p1',
  });
  expect(describeEvent(event('model_version.created', 'a/b c/3', {}))).toMatchObject({
    text: 'a/b c v3 registered',
    href: '/models/a%2Fb%20c?version=3',
  });
});

test('news of a deployment leads to its endpoint', () => {
  expect(describeEvent(event('deployment.failed', 'energy/3', { endpoint: 'load', version: 3 }))).toEqual({
    text: 'load could not take energy v3',
    tone: 'failed',
    href: '/endpoints/load',
  });
  expect(describeEvent(event('deployment.live', 'energy/3', { endpoint: 'load' }))).toMatchObject({
    text: 'load serves energy v3',
    tone: 'fine',
  });
});

test('a comparison of flavours says how it went', () => {
  expect(describeEvent(event('gate.removed', 'a/0', { project: 'grid', models: 'a, b' }))).toEqual({
    text: 'grid protects a, b no more',
    tone: 'attention',
    href: '/models/a',
  });
  expect(describeEvent(event('parity.checked', 'a/3', { state: 'differs' }))).toEqual({
    text: 'a v3: ONNX answers differently than the other flavour',
    tone: 'failed',
    href: '/models/a?version=3',
  });
  expect(describeEvent(event('parity.checked', 'a/3', { state: 'unchecked' }))).toMatchObject({ tone: 'attention' });
});

test('a kind of a later version is shown as it is', () => {
  expect(describeEvent(event('drift.found', 'm1', {}))).toEqual({ text: 'drift.found m1', tone: 'idle', href: undefined });
});
