import { relative } from 'node:path';
import type { DataRef } from '../../api/data-ref.ts';
import type { Project } from '../../pipelines/index.ts';

/** What the `.dvc` files of a repository track, as they state it. */
export function trackedData(project: Project, root: string): DataRef[] {
  const sources = project.stages.filter((stage) => stage.cmd === undefined);
  return sources.flatMap((stage) =>
    stage.outs.flatMap(({ path, entry }) => {
      if (entry.hash === undefined) return [];
      const { size, nfiles } = entry.meta;
      const ref = { path: relative(root, path), algorithm: entry.hash.algorithm, hash: entry.hash.value };
      return [{ ...ref, ...(size === undefined ? {} : { sizeBytes: size }), ...(nfiles === undefined ? {} : { files: nfiles }) }];
    }),
  );
}
