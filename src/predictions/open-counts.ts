import type { Scope } from '../access/index.ts';
import type { VersionCount } from './queries.ts';
import type { InferenceRecord } from './record.ts';

/** What the open segments hold of each model version, as `record_files` tells it of the sealed ones. */
export class OpenCounts {
  readonly #segments = new Map<string, Map<string, VersionCount>>();

  add(segment: string, { workspaceId, model, input, at }: InferenceRecord): void {
    if (model === undefined) return;
    let versions = this.#segments.get(segment);
    if (versions === undefined) this.#segments.set(segment, (versions = new Map()));
    const key = keyOf({ workspaceId }, model);
    const before = versions.get(key);
    versions.set(key, {
      model: model.name,
      version: model.version,
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
      versions.flatMap((version) => {
        const count = counts.get(keyOf(scope, version));
        return count === undefined ? [] : [{ segment, ...count }];
      }),
    );
  }
}

function keyOf({ workspaceId }: Scope, { name, version }: { name: string; version: string }): string {
  return `${workspaceId}/${version}/${name}`;
}
