/** The tenant that a query sees. Every query takes one; there is no way to ask across workspaces. */
export interface Scope {
  readonly workspaceId: number;
}

export const roles = ['admin', 'editor', 'viewer', 'stage', 'local'] as const;

/**
 * `admin` may everything · `editor` works: tracks, registers, promotes through gates, starts pipelines · `viewer` reads ·
 * `stage` is a recorded stage: tracks and registers · `local` is a loopback client without a token (DESIGN §9).
 */
export type Role = (typeof roles)[number];

/** Who calls: resolved once at the edge, from a token, a cookie, or the loopback address. */
export interface Principal extends Scope {
  readonly name: string;
  readonly role: Role;
  readonly tokenId: string | undefined;
  /** The stage run that a per-run token stands for. */
  readonly stageRunId: string | undefined;
}
