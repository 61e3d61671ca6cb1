import type { Decision, Model } from '../../../../src/api/models.ts';

/** A name that a version carries now: an alias, or the stage Production. */
export interface Standing {
  readonly kind: 'alias' | 'stage';
  readonly name: string;
  readonly version: number;
}

export function standingsOf(model: Model): readonly Standing[] {
  return [
    ...model.aliases.map(({ alias, version }): Standing => ({ kind: 'alias', name: alias, version })),
    ...model.latestVersions
      .filter(({ stage }) => stage === 'Production')
      .map(({ version }): Standing => ({ kind: 'stage', name: 'Production', version })),
  ];
}

/** `@champion`, `Production`. */
export function titleOf({ kind, name }: { readonly kind: 'alias' | 'stage'; readonly name: string }): string {
  return kind === 'alias' ? `@${name}` : name;
}

/** What let a version through. */
export const basisWords = { gate: 'through the gate', override: 'past the gate', 'no gate': 'without a gate' } as const;

/** By which decision a name stands where it does: the newest that moved it there. */
export function decisionOf(standing: Standing, decisions: readonly Decision[]): Decision | undefined {
  return decisions.find(
    ({ outcome, target, version }) =>
      outcome === 'moved' && target.kind === standing.kind && target.name === standing.name && version === standing.version,
  );
}

/** What the evidence file says, as a table: objects across, metrics down; undefined where it is no such file. */
export function readEvidence(
  content: string,
): { objects: readonly string[]; rows: readonly (readonly [string, readonly unknown[]])[] } | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const entries = Object.entries(parsed).filter(
    (entry): entry is [string, Record<string, unknown>] => typeof entry[1] === 'object' && entry[1] !== null,
  );
  const keys = [...new Set(entries.flatMap(([, values]) => Object.keys(values)))].filter((key) => key !== 'exists');
  const metrics = keys.filter((key) => entries.some(([, values]) => typeof values[key] === 'number'));
  const others = keys.filter((key) => !metrics.includes(key));
  return {
    objects: entries.map(([name]) => name),
    rows: [...metrics, ...others].map((key) => [key, entries.map(([, values]) => values[key])]),
  };
}
