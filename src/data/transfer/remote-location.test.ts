import { expect, test } from 'vitest';
import { remoteOf } from './remote-location.ts';

function locate(options: Record<string, string>, env: Record<string, string> = {}) {
  return remoteOf(new Map([['r', new Map(Object.entries(options))]]), 'R', env).location;
}

test('a path is a folder, an s3 URL a bucket with a prefix', () => {
  expect(locate({ url: '/mnt/store' })).toEqual({ kind: 'filesystem', root: '/mnt/store' });
  expect(locate({ url: 's3://bucket/some/where/' })).toMatchObject({ kind: 's3', bucket: 'bucket', prefix: 'some/where/' });
  expect(locate({ url: 's3://bucket' })).toMatchObject({ bucket: 'bucket', prefix: '' });
});

test('the options of an S3 remote, and the environment below them', () => {
  const options = {
    url: 's3://b/p',
    endpointurl: 'https://s3.local:9000',
    region: 'eu-west-1',
    profile: 'team',
    access_key_id: 'k',
    secret_access_key: 's',
    session_token: 't',
    use_ssl: 'false',
    ssl_verify: '/ca.pem',
    read_timeout: '5',
    acl: 'private',
    sse: 'AES256',
  };
  expect(locate(options, { AWS_REGION: 'us-west-2' })).toEqual({
    kind: 's3',
    bucket: 'b',
    prefix: 'p/',
    endpoint: 'http://s3.local:9000',
    region: 'eu-west-1',
    profile: 'team',
    credentials: { accessKeyId: 'k', secretAccessKey: 's', sessionToken: 't' },
    anonymous: false,
    verifyTls: '/ca.pem',
    readTimeoutMs: 5000,
    writeParameters: { ACL: 'private', ServerSideEncryption: 'AES256' },
  });
  expect(
    locate(
      { url: 's3://b', credentialpath: '/c', ssl_verify: 'False' },
      { AWS_DEFAULT_REGION: 'us-west-2', AWS_ENDPOINT_URL_S3: 'http://e' },
    ),
  ).toEqual({
    kind: 's3',
    bucket: 'b',
    prefix: '',
    endpoint: 'http://e',
    region: 'us-west-2',
    credentialsFile: '/c',
    anonymous: false,
    verifyTls: false,
    writeParameters: {},
  });
});

test('a remote may stand below another', () => {
  const remotes = new Map([
    [
      'base',
      new Map([
        ['url', 's3://b/x/'],
        ['region', 'eu-west-1'],
      ]),
    ],
    [
      'r',
      new Map([
        ['url', 'remote://base/deep/er'],
        ['jobs', '3'],
      ]),
    ],
    ['loop', new Map([['url', 'remote://loop/x']])],
  ]);
  expect(remoteOf(remotes, 'r', {})).toMatchObject({
    url: 's3://b/x/deep/er',
    jobs: 3,
    location: { prefix: 'x/deep/er/', region: 'eu-west-1' },
  });
  expect(() => remoteOf(remotes, 'loop', {})).toThrow(/name each other/);
});

test('what is wrong with a remote is named with its remedy', () => {
  expect(() => remoteOf(new Map(), 'x', {})).toThrow(/remote 'x' doesn't exist: add it with/);
  expect(() => locate({ url: 'gs://bucket' })).toThrow(/remote 'R' has the URL gs:\/\/bucket/);
  expect(() => locate({ url: 's3://b', version_aware: 'true' })).toThrow(/version_aware = true/);
  expect(() => locate({ url: 's3://b', access_key_id: 'k' })).toThrow(/has no secret_access_key/);
  expect(() => locate({ url: 's3:///x' })).toThrow(/names no bucket/);
});
