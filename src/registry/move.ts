import type { Target } from './gate-rows.ts';
import type { Verdict } from './judge.ts';
import type { Act } from './tables.ts';

/** What every move of a name comes with. */
export interface Move extends Act {
  readonly name: string;
  /** Fresh ids: as many as a move can write rows. */
  readonly ids: readonly string[];
  /** Why an administrator moves it past the gate. */
  readonly override: string | undefined;
  /** What people are told where no gate judged. */
  readonly reason: string | undefined;
  /** Names of this model that endpoints follow. */
  readonly followers: readonly Follower[];
  /** Versions whose files have been read: one that is not among them and has no digest must be read first. */
  readonly examined: readonly number[];
}

/** An endpoint that serves whatever a name stands on. */
export interface Follower {
  readonly endpoint: string;
  readonly target: Target;
}

/** One alias or stage that goes from `holder` to `version`. */
export interface NameMove {
  readonly target: Target;
  /** Undefined where the name is taken away. */
  readonly version: number | undefined;
  /** The version that it stands for now. */
  readonly holder: number | undefined;
}

/** What a move rests on. */
export interface Ruling {
  readonly basis: 'gate' | 'override' | 'no gate';
  readonly verdict: Verdict;
  readonly expression: string | undefined;
  readonly evidence: { readonly id: string; readonly stageRunId: string } | undefined;
  readonly digest: string | undefined;
}
