import { describe, expect, test } from 'vitest';
import { resolveConfig } from './config.ts';

const refusal = (env: Record<string, string>): unknown => {
  try {
    return resolveConfig({ HOME: '/users/ada', ...env });
  } catch (error) {
    return error;
  }
};

describe('the configuration', () => {
  test('is complete where nothing is set, with folders below the home', () => {
    const env = { HOME: '/users/ada' };
    expect(resolveConfig(env)).toEqual({
      env,
      serverUrl: undefined,
      token: undefined,
      adminToken: undefined,
      databaseUrl: undefined,
      artifactsUrl: undefined,
      hosts: [],
      logLevel: 'warn',
      userDataDir: '/users/ada/.local/share/millwright',
      userCacheDir: '/users/ada/.cache/millwright',
    });
  });

  test('takes each setting from its variable', () => {
    const config = resolveConfig({
      HOME: '/users/ada',
      MILLWRIGHT_URL: 'http://127.0.0.1:5000//',
      MILLWRIGHT_TOKEN: 'mw_a',
      MILLWRIGHT_ADMIN_TOKEN: 'mw_b',
      MILLWRIGHT_DATABASE_URL: 'postgres://u:p@/db?host=/run/postgres',
      MILLWRIGHT_ARTIFACTS_URL: 's3://bucket/some/prefix/',
      MILLWRIGHT_S3_ENDPOINT: 'http://127.0.0.1:8333',
      MILLWRIGHT_HOSTS: 'ml.example.org, , other.example.org',
      MILLWRIGHT_LOG_LEVEL: 'debug',
      XDG_DATA_HOME: '/data',
      XDG_CACHE_HOME: '/cache',
    });
    expect(config).toMatchObject({
      serverUrl: 'http://127.0.0.1:5000',
      token: 'mw_a',
      adminToken: 'mw_b',
      databaseUrl: 'postgres://u:p@/db?host=/run/postgres',
      artifactsUrl: { bucket: 'bucket', prefix: 'some/prefix/', endpoint: 'http://127.0.0.1:8333' },
      hosts: ['ml.example.org', 'other.example.org'],
      logLevel: 'debug',
      userDataDir: '/data/millwright',
      userCacheDir: '/cache/millwright',
    });
  });

  test('a bucket without a prefix has an empty one', () => {
    expect(resolveConfig({ HOME: '/h', MILLWRIGHT_ARTIFACTS_URL: 's3://bucket' }).artifactsUrl).toEqual({
      bucket: 'bucket',
      prefix: '',
      endpoint: undefined,
    });
  });

  test('a variable that is set to nothing is not set', () => {
    expect(resolveConfig({ HOME: '/h', MILLWRIGHT_URL: '', MILLWRIGHT_TOKEN: '', MILLWRIGHT_DATABASE_URL: '' })).toMatchObject({
      serverUrl: undefined,
      token: undefined,
      databaseUrl: undefined,
    });
  });

  test.each([
    ['MILLWRIGHT_URL', { MILLWRIGHT_URL: 'localhost:5000' }, "MILLWRIGHT_URL is 'localhost:5000': it must be an address"],
    [
      'MILLWRIGHT_ARTIFACTS_URL',
      { MILLWRIGHT_ARTIFACTS_URL: '/disk' },
      "MILLWRIGHT_ARTIFACTS_URL is '/disk': it must be s3://BUCKET/PREFIX",
    ],
    [
      'MILLWRIGHT_S3_ENDPOINT',
      { MILLWRIGHT_ARTIFACTS_URL: 's3://b', MILLWRIGHT_S3_ENDPOINT: 'host:8333' },
      "MILLWRIGHT_S3_ENDPOINT is 'host:8333': it must begin with http:// or https://",
    ],
    ['MILLWRIGHT_LOG_LEVEL', { MILLWRIGHT_LOG_LEVEL: 'loud' }, "MILLWRIGHT_LOG_LEVEL is 'loud': it must be one of trace,"],
  ])('a wrong %s is named with its value and the remedy', (_, env, message) => {
    expect(refusal(env)).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(message) });
  });

  test('a wrong database address is named without its value, which holds a password', () => {
    const error = refusal({ MILLWRIGHT_DATABASE_URL: 'mysql://user:hunter2@host/db' });
    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('MILLWRIGHT_DATABASE_URL must be postgres://'),
    });
    expect(String(error)).not.toContain('hunter2');
  });
});
