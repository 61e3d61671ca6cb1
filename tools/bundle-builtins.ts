/**
 * Plugins of the bundle that keep what a short command does not use from being loaded with it. Measured on `repro` with nothing to do, with
 * fewer files of the bundle to open: together a seventh of its CPU time.
 */
import { builtinModules, createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

const require = createRequire(import.meta.url);

/** Node takes up to 6 ms to load one of these: done when one of their functions is first called. */
const heavy = new Set(
  ['child_process', 'crypto', 'fs/promises', 'readline', 'readline/promises', 'stream/consumers', 'string_decoder', 'worker_threads'].map(
    (name) => `node:${name}`,
  ),
);

/**
 * Takes Node's own modules by `process.getBuiltinModule`. An import statement costs more: it reads every export, and with them Node loads what
 * hides behind lazy ones (streams behind `node:fs`, WebCrypto behind `node:crypto`).
 */
export const builtinsByName: Plugin = {
  name: 'builtins-by-name',
  setup(build) {
    // Each importing file gets a copy of its own: one for all would be a file of its own, to be opened with each start.
    build.onResolve({ filter: /^node:/ }, ({ path, kind, importer }) =>
      kind === 'import-statement' && builtinModules.includes(path.slice('node:'.length))
        ? { path, suffix: `?${importer}`, namespace: 'builtin', sideEffects: false }
        : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({ contents: moduleText(path), loader: 'js' }));
  },
};

/** Each export for itself, so that those nobody imports are left out of the bundle and never read. */
function moduleText(name: string): string {
  const found = require(name) as Readonly<Record<string, unknown>>;
  const names = Object.keys(found).filter((key) => /^[A-Za-z_$][\w$]*$/.test(key) && key !== 'default');
  const lines = names.map((key) =>
    heavy.has(name) && isPlain(found[key]) ? forwarded(key) : `const $${key} = /* @__PURE__ */ member('${key}');`,
  );
  return [
    `const builtin = () => process.getBuiltinModule('${name}');`,
    'const member = (key) => builtin()[key];',
    ...lines,
    `export { ${names.map((key) => `$${key} as ${key}`).join(', ')} };`,
    'const all = /* @__PURE__ */ builtin(); export default all;',
  ].join('\n');
}

/** A function that nothing is asked of but to be called: not one with another form for `promisify`, nor a class with static members. */
function isPlain(value: unknown): boolean {
  const own = ['length', 'name', 'prototype', 'arguments', 'caller'];
  return typeof value === 'function' && Reflect.ownKeys(value).every((key) => own.includes(key as string));
}

/** Classes too, to be made with `new`: neither `extends` nor `instanceof` would know them. */
function forwarded(key: string): string {
  return `function $${key}(...args) { return new.target ? new (member('${key}'))(...args) : member('${key}')(...args); }`;
}

/** Commander loads what starts programs for subcommands that are files of their own: there are none. */
export const commanderWithoutChildren: Plugin = {
  name: 'commander-without-children',
  setup(build) {
    build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /\/commander\/lib\/[^/]+$/.test(importer) ? { path: 'none', namespace: 'nothing' } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'nothing' }, () => ({ contents: 'export default undefined;', loader: 'js' }));
  },
};

/** The general YAML parser is needed for texts that are not in the plain form that DVC writes: evaluated with the first of them. */
export const yamlWhenAsked: Plugin = {
  name: 'yaml-when-asked',
  setup(build) {
    build.onResolve({ filter: /^yaml$/ }, ({ kind, namespace }) =>
      kind === 'import-statement' && namespace !== 'yaml' ? { path: 'yaml', namespace: 'yaml', sideEffects: false } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'yaml' }, () => {
      const names = Object.keys(require('yaml') as object);
      const lines = ["const member = (key) => require('yaml')[key];", ...names.map(forwarded)];
      return {
        contents: [...lines, `export { ${names.map((key) => `$${key} as ${key}`).join(', ')} };`].join('\n'),
        loader: 'js',
        resolveDir: import.meta.dirname,
      };
    });
  },
};
