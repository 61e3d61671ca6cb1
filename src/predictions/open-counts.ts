import type { Scope } from '../access/index.ts';
import type { VersionCount } from './queries.ts';
import type { InferenceRecord } from './record.ts';

/** What the open segments hold of each model version at each endpoint, as `record_files` tells it of the sealed ones. */
export class OpenCounts {
  readonly #segments = new Map<string, Map<string, Map<string, VersionCount>>>();

  add(segment: string, { workspaceId, model, endpoint, input, at }: InferenceRecord): void {
    if (model === undefined) return;
    let versions = this.#segments.get(segment);
    if (versions === undefined) this.#segments.set(segment, (versions = new Map()));
    const key = keyOf({ workspaceId }, model);
    let endpoints = versions.get(key);
    if (endpoints === undefined) versions.set(key, (endpoints = new Map()));
    const before = endpoints.get(endpoint);
    endpoints.set(endpoint, {
      model: model.name,
      version: model.version,
      endpoint,
      count: (before?.count ?? 0) + Math.max(1, input?.rows ?? 1),
      firstAt: Math.min(before?.firstAt ?? at, at),
      lastAt: Math.max(before?.lastAt ?? at, at),
    });
  }

  forget(segment: string): void {
    this.#segments.delete(segment);
  }

  of(scope: Scope, versions: readonly { name: string; version: string }[]): (VersionCount & { readonly segment: string })[] {
    return [...this.#segments].flatMap(([segment, counts]) =>
      versions.flatMap((version) => [...(counts.get(keyOf(scope, version))?.values() ?? [])].map((count) => ({ segment, ...count }))),
    );
  }
}

function keyOf({ workspaceId }: Scope, { name, version }: { name: string; version: string }): string {
  return `${workspaceId}/${version}/${name}`;
}
