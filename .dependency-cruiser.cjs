/**
 * The import table of docs/architecture.md, at error. `tools/check-imports.ts` runs it, asserts that every module was
 * seen, and proves each rule with a planted import.
 */
const domains = [
  'access',
  'events',
  'lineage',
  'projects',
  'data',
  'tracking',
  'registry',
  'pipelines',
  'features',
  'predictions',
  'monitoring',
  'serving',
  'batch',
  'triggers',
];
const any = domains.join('|');
const effects = '^(node:)?(child_process|net|http|https|http2|tls|dgram|cluster)$';

/** `path` may import nothing outside `allowed`. */
const only = (name, path, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path, pathNot: '\\.test\\.ts$' },
  to: { pathNot: allowed, dependencyTypesNot: ['core', 'npm', 'npm-dev'] },
});
const notModules = (name, path, modules, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path, pathNot: '\\.test\\.ts$' },
  to: { path: modules },
});

const common = '^src/(lib/|errors\\.ts$)';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two files that need each other are one.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      comment: 'Every import leads somewhere.',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(node:sqlite|virtual:)' },
    },
    only('lib-is-domain-free', '^src/(lib/|errors\\.ts$)', common, 'lib/ and errors.ts could be in a standard library.'),
    notModules('lib-without-packages', '^src/(lib/|errors\\.ts$)', 'node_modules', 'lib/ and errors.ts import node: only.'),
    only('formats-are-pure', '^src/formats/', `${common}|^src/formats/`, 'Codecs know no domain.'),
    notModules(
      'formats-without-io',
      '^src/formats/',
      '^(node:)?(fs|fs/promises|child_process|net|http|https|worker_threads|process)$',
      'Codecs do no I/O.',
    ),
    only('api-is-a-contract', '^src/api/', '^src/api/', 'Schemas are shared with the browser.'),
    {
      name: 'api-without-node',
      severity: 'error',
      comment: 'Schemas are shared with the browser.',
      from: { path: '^src/api/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'ports-apart',
      severity: 'error',
      comment: 'A back end knows no other port, no domain, no configuration; codecs and the C library are for everybody.',
      from: { path: '^src/backends/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: `${common}|^src/formats/|^src/backends/$1/|^src/(runtime-files|backends/c-library)\\.ts$` },
    },
    {
      name: 'domains-use-port-types',
      severity: 'error',
      comment: 'Domains know interfaces, app.ts chooses implementations.',
      from: { path: `^src/(${any})/`, pathNot: '\\.test\\.ts$' },
      to: { path: '^src/backends/', pathNot: '^src/backends/[^/]+/(port|locks|git)\\.ts$' },
    },
    only(
      'domains-know-domains',
      `^src/(${any})/`,
      `${common}|^src/(formats|backends|${any})/`,
      'No HTTP, command line, configuration or composition in a domain.',
    ),
    notModules('domains-without-effects', `^src/(${any})/`, effects, 'Processes and sockets come through ports.'),
    ...domains.slice(0, -1).map((domain, index) => ({
      name: `domain-order-${domain}`,
      severity: 'error',
      comment: 'A domain imports domains to its left; news to the right travels as events.',
      from: { path: `^src/${domain}/` },
      to: { path: `^src/(${domains.slice(index + 1).join('|')})/` },
    })),
    only(
      'server-speaks-http',
      '^src/server/',
      `${common}|^src/(app|version|runtime-files|errors)\\.ts$|^src/(api|formats|server)/|^src/(${any})/.*index\\.ts$`,
      'server/ parses, authorises, calls one operation, replies.',
    ),
    {
      name: 'cli-hosts-only-serve',
      severity: 'error',
      comment: 'Only the hosts start a server.',
      from: { path: '^src/cli/', pathNot: '^src/cli/(up|serve)\\.ts$|\\.test\\.ts$' },
      to: { path: '^src/server/' },
    },
    only(
      'cli-composes',
      '^src/cli/',
      `${common}|^src/(app|local-app|records-app|config|version|runtime-files|state-directory)\\.ts$|^src/(cli|api|formats|data|pipelines|server)/|^sdk/`,
      'Commands compose local domains, or call the server through sdk/.',
    ),
    only('bin-starts-cli', '^src/bin\\.ts$', '^src/cli/', 'bin.ts: argv → command → exit code.'),
    {
      name: 'sdk-stands-alone',
      severity: 'error',
      comment: 'The client has no run-time dependency.',
      from: { path: '^sdk/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^sdk/|^src/api/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'sdk-types-only',
      severity: 'error',
      comment: 'The client takes types from the contract.',
      from: { path: '^sdk/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/api/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'web-knows-the-contract',
      severity: 'error',
      comment: 'Pages know sdk/ and src/api.',
      from: { path: '^web/src/' },
      to: { path: '^src/', pathNot: '^src/api/' },
    },
    {
      name: 'nobody-imports-server-or-cli',
      severity: 'error',
      comment: 'The rim is imported by nobody.',
      from: { path: '^src/', pathNot: '^src/(server|cli|bin\\.ts)|\\.test\\.ts$' },
      to: { path: '^src/(server|cli)/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
    exclude: { path: '^(dist|build)/' },
  },
};
