import type { Tag } from './names.ts';
import type { Parity } from './parity.ts';

export interface RegisteredModel {
  readonly name: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly description: string | undefined;
  readonly tags: readonly Tag[];
  readonly aliases: readonly { readonly alias: string; readonly version: number }[];
  /** The highest version of each stage that has one. */
  readonly latestVersions: readonly ModelVersion[];
}

export interface ModelVersion {
  readonly name: string;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly description: string | undefined;
  readonly userId: string | undefined;
  readonly stage: string;
  readonly source: string;
  readonly storageLocation: string;
  readonly runId: string | undefined;
  readonly runLink: string | undefined;
  readonly loggedModelId: string | undefined;
  /** md5 of DVC's `.dir` over its files; known once a gate has looked at it. */
  readonly digest: string | undefined;
  readonly tags: readonly Tag[];
  readonly aliases: readonly string[];
  /** Undefined where it has not both an ONNX flavour and one that it stands in for. */
  readonly parity: Parity | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken: string | undefined;
}
