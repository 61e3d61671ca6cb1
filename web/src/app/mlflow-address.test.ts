import { expect, test } from 'vitest';
import { pageOfMlflowAddress } from './mlflow-address.ts';

test('the addresses that MLflow clients print lead to our pages', () => {
  const run = '0a03bddcdace681d93c02190fafa7531';
  expect(pageOfMlflowAddress(`#/experiments/1/runs/${run}`)).toBe(`/experiments/runs/${run}`);
  expect(pageOfMlflowAddress(`#/experiments/1/runs/${run}/artifacts`)).toBe(`/experiments/runs/${run}`);
  expect(pageOfMlflowAddress('#/experiments/12')).toBe('/experiments?exp=12');
  expect(pageOfMlflowAddress('#/models/energy%20load')).toBe('/models/energy%20load');
  expect(pageOfMlflowAddress('#/models/energy/versions/3')).toBe('/models/energy?version=3');
});

test('other fragments lead nowhere', () => {
  for (const hash of ['', '#', '#top', '#/experiments/x', '#/experiments/1x/runs/y']) expect(pageOfMlflowAddress(hash)).toBeUndefined();
});
