import type { Deployment, Endpoint, PreparationStep, StatisticsWindow } from '../../../../src/api/endpoints.ts';
import type { AsCode } from '../../ui/copy.tsx';
import { shellWord } from '../../ui/shell-word.ts';

/** `0`, `0.13`, `4.2`, `1,210`. */
export function formatRate(perSecond: number): string {
  if (perSecond === 0) return '0';
  if (perSecond < 1) return perSecond.toPrecision(2);
  return perSecond < 100 ? perSecond.toFixed(1) : Math.round(perSecond).toLocaleString('en');
}

/** `0`, `3 (0.4 %)`. */
export function formatErrors({ clientErrors, serverErrors, requests }: StatisticsWindow): string {
  const errors = clientErrors + serverErrors;
  if (errors === 0) return '0';
  const percent = (100 * errors) / requests;
  return `${errors.toLocaleString('en')} (${percent < 10 ? percent.toPrecision(2) : Math.round(percent)} %)`;
}

/** In a few words, what happens at an endpoint that does not simply serve. */
export function stateWords({ state, live, target, problem }: Endpoint): string {
  const next = target === null ? '' : ` v${target.version}`;
  const meanwhile = live === null ? 'nothing serves' : `v${live.version} serves on`;
  switch (state) {
    case 'starting':
      return `Trying${next}`;
    case 'swapping':
      return `Trying${next}, ${meanwhile}`;
    case 'failed':
      return `v${problem?.version ?? '?'} failed${problem?.againAt === undefined ? '' : ' and is tried again'}, ${meanwhile}`;
    case 'not ready':
      return 'No worker is ready';
    case 'waiting':
      return 'No version to serve';
    case 'serving':
      return 'Serving';
  }
}

/** What a version that is tried waits for. */
export const preparationWords: Readonly<Record<PreparationStep, string>> = {
  fetching: 'copying its files',
  installing: 'installing the environment that it asks for',
  proving: 'trying it apart: loaded, its input example scored',
  warming: 'loading it where it will serve',
};

/** What a deployment was: the deployments are those of one endpoint, newest first. */
export function kindOf(deployments: readonly Deployment[], index: number): 'first' | 'swap' | 'again' | 'back' {
  const deployment = deployments[index];
  if (deployment?.reason.startsWith('rollback:') === true) return 'back';
  const before = deployments.slice(index + 1).find(({ liveAt }) => liveAt !== null);
  if (before === undefined) return 'first';
  return before.model === deployment?.model && before.version === deployment.version ? 'again' : 'swap';
}

/** The registered model of a URI. */
export function modelOf(uri: string): string {
  return /^models:\/([^/@]+)/.exec(uri)?.[1] ?? uri;
}

/** The name that an endpoint follows: `@champion`, `Production`; undefined where it is one version for good. */
export function followedOf(uri: string): { readonly kind: 'alias' | 'stage'; readonly name: string } | undefined {
  const [, separator, name] = /^models:\/[^/@]+([@/])([^/@]+)$/.exec(uri) ?? [];
  if (name === undefined || (separator === '/' && /^\d+$/.test(name))) return undefined;
  return { kind: separator === '@' ? 'alias' : 'stage', name };
}

/** The same request as a curl call and as a few lines of Python. */
export function asCode(name: string, body: string, origin: string): AsCode {
  const url = `${origin}/endpoints/${encodeURIComponent(name)}/invocations`;
  return {
    cli: `millwright endpoints show ${shellWord(name)}`,
    curl: `curl -s ${shellWord(url)} \\\n  -H 'content-type: application/json' \\\n  --data-raw ${shellWord(body)}`,
    // A JSON string is a Python string as well.
    python: `import requests\n\nbody = ${JSON.stringify(body)}\nanswer = requests.post(${JSON.stringify(url)}, data=body.encode(),\n                       headers={"content-type": "application/json"})\nprint(answer.json()["predictions"])`,
  };
}
