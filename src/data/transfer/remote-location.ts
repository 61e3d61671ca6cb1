import type { BlobsLocation, S3Location } from '../../backends/blobs/port.ts';
import { MillwrightError } from '../../errors.ts';

/** A remote of `.dvc/config`, resolved. */
export interface Remote {
  readonly name: string;
  readonly url: string;
  readonly location: BlobsLocation;
  /** Requests at a time, where the configuration says. */
  readonly jobs: number | undefined;
}

type Options = ReadonlyMap<string, string>;

/** @param env for the region and the credentials of AWS that the environment names */
export function remoteOf(remotes: ReadonlyMap<string, Options>, name: string, env: Readonly<Record<string, string | undefined>>): Remote {
  const options = resolveReference(remotes, name, []);
  const url = options.get('url')!;
  for (const key of ['version_aware', 'worktree']) {
    if (isTrue(options.get(key))) throw unsupported(name, `${key} = true`, 'remotes that keep files by name');
  }
  const jobs = options.get('jobs');
  return { name, url, location: locationOf(name, url, options, env), jobs: jobs === undefined ? undefined : Number(jobs) };
}

/** `remote://base/path` stands for the URL of another remote with `path` below it; its options hold where this one has none. */
function resolveReference(remotes: ReadonlyMap<string, Options>, name: string, seen: readonly string[]): Options {
  const options = remotes.get(name.toLowerCase());
  if (options === undefined) {
    throw new MillwrightError(
      'DVC_CONFIG_INVALID',
      `config file error: remote '${name}' doesn't exist: add it with 'millwright remote add ${name} URL'`,
    );
  }
  const url = options.get('url') ?? '';
  if (url === '')
    throw new MillwrightError(
      'DVC_CONFIG_INVALID',
      `config file error: remote '${name}' has no url: set it with 'millwright remote modify ${name} url URL'`,
    );
  const reference = /^remote:\/\/([^/]+)\/?(.*)$/.exec(url);
  if (reference === null) return options;
  if (seen.includes(name))
    throw new MillwrightError('DVC_CONFIG_INVALID', `config file error: the urls of ${[...seen, name].join(', ')} name each other`);
  const base = resolveReference(remotes, reference[1]!, [...seen, name]);
  return new Map([...base, ...options, ['url', `${base.get('url')!.replace(/\/+$/, '')}/${reference[2]!}`]]);
}

function locationOf(name: string, url: string, options: Options, env: Readonly<Record<string, string | undefined>>): BlobsLocation {
  const scheme = /^(\w[\w+.-]*):\/\//.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: 'filesystem', root: url };
  if (scheme === 'file' || scheme === 'local') return { kind: 'filesystem', root: url.replace(/^\w+:\/\//, '') };
  if (scheme === 's3') return s3Location(name, url, options, env);
  throw unsupported(name, `the URL ${url}`, `${scheme} remotes`);
}

function s3Location(name: string, url: string, options: Options, env: Readonly<Record<string, string | undefined>>): S3Location {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)\/*(.*?)\/*$/i.exec(url) ?? [];
  if (bucket === '')
    throw new MillwrightError(
      'DVC_CONFIG_INVALID',
      `config file error: the url '${url}' of remote '${name}' names no bucket: use s3://BUCKET/FOLDER`,
    );
  const { credentials, ...rest } = identity(name, options, env);
  return withoutUndefined({
    kind: 's3' as const,
    bucket,
    prefix: path === '' ? '' : `${path}/`,
    endpoint: endpointOf(options, env),
    region: options.get('region') ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'],
    ...rest,
    credentials,
    anonymous: isTrue(options.get('allow_anonymous_login')),
    verifyTls: verification(options.get('ssl_verify'), env),
    connectTimeoutMs: seconds(options.get('connect_timeout')),
    readTimeoutMs: seconds(options.get('read_timeout')),
    writeParameters: writeParameters(name, options),
  });
}

function endpointOf(options: Options, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const endpoint = options.get('endpointurl') ?? env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'];
  if (endpoint === undefined || endpoint === '') return undefined;
  const plain = isFalse(options.get('use_ssl')) ? endpoint.replace(/^https:/i, 'http:') : endpoint;
  return /^https?:\/\//i.test(plain) ? plain : `${isFalse(options.get('use_ssl')) ? 'http' : 'https'}://${plain}`;
}

function identity(name: string, options: Options, env: Readonly<Record<string, string | undefined>>) {
  const accessKeyId = options.get('access_key_id');
  const secretAccessKey = options.get('secret_access_key');
  const sessionToken = options.get('session_token');
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    const missing = accessKeyId === undefined ? 'access_key_id' : 'secret_access_key';
    throw new MillwrightError(
      'DVC_CONFIG_INVALID',
      `config file error: remote '${name}' has no ${missing}: set it with 'millwright remote modify --local ${name} ${missing} VALUE'`,
    );
  }
  const credentials =
    accessKeyId === undefined || secretAccessKey === undefined
      ? undefined
      : withoutUndefined({ accessKeyId, secretAccessKey, sessionToken });
  // As DVC: keys in the environment win over a credentials file.
  const hasKeysInEnvironment = env['AWS_ACCESS_KEY_ID'] !== undefined && options.get('profile') === undefined;
  return {
    credentials,
    profile: options.get('profile'),
    credentialsFile: hasKeysInEnvironment ? undefined : options.get('credentialpath'),
  };
}

function verification(value: string | undefined, env: Readonly<Record<string, string | undefined>>): boolean | string | undefined {
  if (isFalse(value)) return false;
  if (value !== undefined && !isTrue(value)) return value;
  return env['AWS_CA_BUNDLE'];
}

const writeOptions: Readonly<Record<string, string>> = {
  acl: 'ACL',
  sse: 'ServerSideEncryption',
  sse_kms_key_id: 'SSEKMSKeyId',
  grant_full_control: 'GrantFullControl',
  grant_read: 'GrantRead',
  grant_read_acp: 'GrantReadACP',
  grant_write_acp: 'GrantWriteACP',
};

function writeParameters(name: string, options: Options): Record<string, string> {
  if (options.has('sse_customer_key')) throw unsupported(name, 'sse_customer_key', 'keys of the customer');
  return Object.fromEntries(
    Object.entries(writeOptions).flatMap(([key, parameter]) => (options.has(key) ? [[parameter, options.get(key)!]] : [])),
  );
}

function seconds(value: string | undefined): number | undefined {
  return value === undefined ? undefined : Number(value) * 1000;
}

function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true';
}

function isFalse(value: string | undefined): boolean {
  return value?.toLowerCase() === 'false';
}

function unsupported(name: string, what: string, kind: string): MillwrightError {
  return new MillwrightError(
    'NOT_IMPLEMENTED',
    `remote '${name}' has ${what}, and ${kind} are not there yet: use an S3 URL or a folder (see the known limits)`,
  );
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<T>;
}
