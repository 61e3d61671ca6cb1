import { MillwrightError } from '../../errors.ts';

interface Asked {
  readonly method: string;
  /** Fastify's syntax. */
  readonly url: string;
}

const patterns = new Map<string, RegExp>();

/** Matches the paths of a route, with its parameters as groups. */
export function patternOf(url: string): RegExp {
  let pattern = patterns.get(url);
  if (pattern === undefined) {
    const source = url
      .replaceAll('.', String.raw`\.`)
      .replace('*', '.*')
      .replaceAll(/:(\w+)/g, '(?<$1>[^/]+)');
    pattern = new RegExp(`^${source}$`);
    patterns.set(url, pattern);
  }
  return pattern;
}

/** One of the routes that a path is, and the methods by which it is asked; undefined where it is none of them. */
export function otherMethods<R extends Asked>(
  routes: readonly R[],
  method: string,
  path: string,
): { readonly route: R; readonly error: MillwrightError } | undefined {
  const known = routes.filter(({ url }) => !url.endsWith('*') && patternOf(url).test(path));
  const [route] = known;
  if (route === undefined) return undefined;
  const allow = [...new Set(known.flatMap((one) => (one.method === 'GET' ? ['GET', 'HEAD'] : [one.method])))].join(', ');
  const message = `${path.slice(0, 200)} is not asked by ${method}: use ${allow}`;
  return { route, error: new MillwrightError('METHOD_NOT_ALLOWED', message, { details: { allow } }) };
}
