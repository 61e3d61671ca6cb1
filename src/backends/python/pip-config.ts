/**
 * uv does not read pip's configuration, and behind a company's index or proxy nothing can be installed without it. So what
 * `python -m pip config list` tells is handed to uv in the variables that mean the same.
 */

/** The settings that hold for `pip install`; later sections win: `global` < `install` < `:env:`. */
export function parsePipConfig(listing: string): Map<string, string> {
  const settings = new Map<string, string>();
  for (const section of ['global', 'install', ':env:']) {
    for (const [, inSection, key, literal] of listing.matchAll(/^([^.\n]+)\.([^=\n]+)=(.*)$/gm)) {
      if (inSection === section) settings.set(key!.replaceAll('_', '-'), pythonString(literal!));
    }
  }
  return settings;
}

/** What `uv pip install` needs to behave as pip would. Variables that are in `env` already are left as they are. */
export function uvSettings(
  pip: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string | undefined>>,
): { readonly env: Record<string, string>; readonly flags: string[] } {
  const words = (key: string): string[] => (pip.get(key) ?? '').split(/\s+/).filter((word) => word !== '');
  const wanted: Record<string, string | undefined> = {
    UV_DEFAULT_INDEX: pip.get('index-url'),
    UV_INDEX: words('extra-index-url').join(' '),
    UV_FIND_LINKS: words('find-links').join(','),
    UV_INSECURE_HOST: words('trusted-host').join(' '),
    SSL_CERT_FILE: pip.get('cert'),
    UV_HTTP_TIMEOUT: pip.get('timeout') ?? pip.get('default-timeout'),
    // uv writes no bytecode by itself, and without it every start of a stage compiles its imports again.
    UV_COMPILE_BYTECODE: '1',
    // uv has certificates of its own, which know nothing of a company's proxy.
    UV_SYSTEM_CERTS: '1',
  };
  const missing = Object.entries(wanted).filter(([name, value]) => value !== undefined && value !== '' && env[name] === undefined);
  // The variable UV_NO_INDEX has no effect on `uv pip`.
  const flags = /^(1|true|yes|on)$/i.test(pip.get('no-index') ?? '') ? ['--no-index'] : [];
  return { env: Object.fromEntries(missing) as Record<string, string>, flags };
}

/** The text of a Python string literal as `repr` writes it; other literals as they stand. */
function pythonString(literal: string): string {
  const quote = literal[0];
  if ((quote !== "'" && quote !== '"') || literal.at(-1) !== quote) return literal;
  return literal.slice(1, -1).replace(/\\(x[0-9a-f]{2}|u[0-9a-f]{4}|.)/g, (_, escape: string) => {
    const known: Record<string, string> = { n: '\n', t: '\t', r: '\r' };
    if (escape.length > 1) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return known[escape] ?? escape;
  });
}
