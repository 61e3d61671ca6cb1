import { MillwrightError } from '../../errors.ts';
import type { ConfigDocument, ConfigSection, ConfigValue } from './config-file.ts';

/** Checks one option's value: undefined where it is right, else what is wrong with it, in voluptuous's words where DVC has some. */
type Check = (value: ConfigValue) => string | undefined;

const text: Check = (value) => (typeof value === 'string' ? undefined : 'expected str');
const lower = text;
const bool: Check = (value) => (typeof value === 'string' && /^(true|false)$/i.test(value) ? undefined : 'expected true or false');
const boolOrText: Check = (value) => (typeof value === 'string' ? undefined : 'expected str');
const positive: Check = (value) =>
  !/^\s*[-+]?\d+\s*$/.test(String(value)) ? 'expected int' : Number(value) >= 1 ? undefined : 'value must be at least 1';
const integer: Check = (value) => (/^\s*[-+]?\d+\s*$/.test(String(value)) ? undefined : 'expected int');
const number: Check = (value) => (Number.isFinite(Number(value)) ? undefined : 'expected float');
const choice =
  (...choices: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && choices.includes(value.toLowerCase()) ? undefined : `expected one of ${choices.join(', ')}`;
const linkTypes: Check = (value) => {
  const types = typeof value === 'string' ? value.split(',').map((type) => type.trim()) : value;
  const unknown = types.filter((type) => !['reflink', 'hardlink', 'symlink', 'copy'].includes(type));
  return unknown.length === 0 ? undefined : `Unsupported cache type(s): ${[...new Set(unknown)].join(', ')}`;
};

type Options = Readonly<Record<string, Check>>;

const remoteCommon: Options = {
  url: text,
  checksum_jobs: positive,
  jobs: positive,
  worktree: bool,
  no_traverse: bool,
  version_aware: bool,
};
const local: Options = { type: linkTypes, protected: bool, shared: choice('group'), slow_link_warning: bool, verify: bool };
const all = (names: string, check: Check): Options => Object.fromEntries(names.split(' ').map((name) => [name, check]));
const http: Options = {
  ...all('custom_auth_header user password method', text),
  auth: choice('basic', 'digest', 'custom'),
  ...all('ask_password verify', bool),
  ssl_verify: boolOrText,
  ...all('connect_timeout read_timeout', number),
};
const webdav: Options = {
  ...all('user password token bearer_token_command custom_auth_header cert_path key_path', text),
  ...all('ask_password verify', bool),
  timeout: integer,
  ssl_verify: boolOrText,
};

/** Options of a remote by the scheme of its URL; '' for a folder. */
const remoteSchemes: Readonly<Record<string, Options>> = {
  '': local,
  s3: {
    ...all(
      'region profile credentialpath configpath endpointurl access_key_id secret_access_key session_token sse sse_kms_key_id sse_customer_algorithm sse_customer_key acl grant_read grant_read_acp grant_write_acp grant_full_control',
      text,
    ),
    ...all('listobjects use_ssl allow_anonymous_login cache_regions verify', bool),
    ssl_verify: boolOrText,
    ...all('read_timeout connect_timeout', integer),
  },
  gs: { ...all('projectname credentialpath endpointurl', text), ...all('verify allow_anonymous_login', bool) },
  ssh: {
    type: linkTypes,
    ...all('user password passphrase keyfile', text),
    ...all('ask_password ask_passphrase gss_auth allow_agent verify', bool),
    ...all('port timeout max_sessions', integer),
  },
  hdfs: { ...all('user kerb_ticket', text), replication: integer },
  webhdfs: {
    ...all('kerberos_principal proxy_to token user password data_proxy_target', text),
    ...all('kerberos use_https verify', bool),
    ssl_verify: boolOrText,
  },
  azure: {
    ...all('connection_string sas_token account_name account_key tenant_id client_id client_secret', text),
    ...all(
      'allow_anonymous_login exclude_environment_credential exclude_visual_studio_code_credential exclude_shared_token_cache_credential exclude_managed_identity_credential verify',
      bool,
    ),
    ...all('timeout read_timeout connection_timeout', integer),
  },
  oss: { ...all('oss_key_id oss_key_secret oss_endpoint', text), verify: bool },
  gdrive: {
    ...all(
      'profile gdrive_client_id gdrive_client_secret gdrive_user_credentials_file gdrive_service_account_user_email gdrive_service_account_json_file_path',
      text,
    ),
    ...all('gdrive_use_service_account gdrive_trash_only gdrive_acknowledge_abuse verify', bool),
  },
  http,
  https: http,
  webdav,
  webdavs: webdav,
};

const sections: Readonly<Record<string, Options>> = {
  core: {
    remote: lower,
    checksum_jobs: positive,
    ...all('interactive analytics hardlink_lock no_scm autostage experiments check_update', bool),
    site_cache_dir: text,
    machine: lower,
  },
  cache: { ...all('local s3 gs hdfs webhdfs ssh azure dir', text), ...local },
  state: { dir: text, row_limit: positive, row_cleanup_quota: integer },
  index: { dir: text },
  plots: { html_template: text, auto_open: bool, out_dir: text },
  exp: { ...all('code data models metrics params plots live git_remote', text), auto_push: bool },
  parsing: { bool: choice('store_true', 'boolean_optional'), list: choice('nargs', 'append') },
  hydra: { enabled: bool, ...all('config_dir config_module config_name plugins_path', text) },
  studio: { ...all('token url repo_url', text), offline: bool },
};

const machine: Options = all(
  'cloud region image spot spot_price instance_hdd_size instance_type instance_gpu ssh_private startup_script setup_script',
  text,
);
const database: Options = all('url username password', text);

/** The order in which DVC appends sections to a file that lacks them. */
export const sectionOrder = ['core', 'cache', 'state', 'index', 'feature', 'plots', 'exp', 'parsing', 'hydra', 'studio'] as const;

const namedSection = /^\s*(remote|machine|db)\s*"(.*)"\s*$/;

/** @returns kind and name of a section such as `remote "store"` */
export function sectionName(section: string): { readonly kind: string; readonly name: string } | undefined {
  const match = namedSection.exec(section);
  return match === null ? undefined : { kind: match[1]!, name: match[2]! };
}

/** Throws DVC_CONFIG_INVALID at the first option that DVC would refuse. */
export function validateConfig(document: ConfigDocument): void {
  for (const [section, options] of document) {
    const named = sectionName(section);
    if (named !== undefined) validateNamed(named.kind, named.name, options);
    else if (section !== 'feature') validateOptions(sections[section], options, [section]);
  }
}

function validateNamed(kind: string, name: string, options: ConfigSection): void {
  if (kind === 'remote') return validateRemote(name, options);
  validateOptions(kind === 'db' ? database : machine, options, [kind, name]);
}

function validateRemote(name: string, options: ConfigSection): void {
  const url = options.get('url');
  if (typeof url !== 'string') throw refuse("expected 'url' for dictionary value", ['remote', name]);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/[^/]/i.exec(url)?.[1]?.toLowerCase() ?? '';
  if (scheme === 'remote') return;
  const schema = remoteSchemes[scheme];
  if (schema === undefined) throw refuse(`Unsupported URL type ${scheme}:// for dictionary value`, ['remote', name]);
  validateOptions({ ...schema, ...remoteCommon }, options, ['remote', name]);
}

function validateOptions(schema: Options | undefined, options: ConfigSection, path: readonly string[]): void {
  if (schema === undefined) throw refuse('extra keys not allowed', path);
  for (const [key, value] of options) {
    const check = schema[key];
    if (check === undefined) throw refuse('extra keys not allowed', [...path, key]);
    const problem = check(value);
    if (problem !== undefined) throw refuse(`${problem} for dictionary value`, [...path, key]);
  }
}

function refuse(problem: string, path: readonly string[]): MillwrightError {
  const where = path.map((part) => `['${part}']`).join('');
  return new MillwrightError('DVC_CONFIG_INVALID', `configuration error - config file error: ${problem} @ data${where}`);
}
