/**
 * What a gate says about moving a name to a version: a pure decision over facts that the caller read in one transaction.
 * The order of the questions is the order of their messages: both flavours alike, evidence there and readable, these very bytes scored,
 * against the champion of now, and every clause true.
 */
import { compileGate, judgeClauses, type ClauseResult, type GateObjects } from '../formats/project/index.ts';
import type { Gate, Target } from './gate-rows.ts';
import { parityRefusal, type Parity } from './parity.ts';

export interface Evidence {
  readonly id: string;
  readonly content: string;
}

export interface Case {
  readonly model: string;
  readonly version: number;
  readonly target: Target;
  readonly gate: Gate;
  /** The newest that a recorded stage run handed over for this model. */
  readonly evidence: Evidence | undefined;
  /** Of the version's files as this server read them; undefined where they are not on it. */
  readonly digest: string | undefined;
  /** The version that a promotion replaces. */
  readonly champion: { readonly version: number; readonly digest: string | undefined } | undefined;
  /** This evidence has let this version through to another protected name already: its champion was the champion then. */
  readonly alreadyLetThrough: boolean;
  /** Of its two flavours, where it has them. */
  readonly parity: Parity | undefined;
}

export interface Verdict {
  readonly passed: boolean;
  readonly message: string;
  readonly clauses: readonly ClauseResult[];
}

export function judge(facts: Case): Verdict {
  const objects = facts.evidence && readEvidence(facts.evidence.content);
  const refusal =
    parityRefusal(facts.parity) ??
    (typeof objects === 'string' ? objects : (missingEvidence(facts) ?? otherBytes(facts, objects!) ?? otherChampion(facts, objects!)));
  if (refusal !== undefined) return { passed: false, message: `${subject(facts)}: ${refusal}`, clauses: [] };
  const clauses = [...parityClause(facts.parity), ...judgeClauses(compileGate(facts.gate.expression), objects as GateObjects)];
  const failed = clauses.filter((clause) => !clause.passed);
  const message = failed.length === 0 ? 'every clause of the gate holds' : `${subject(facts)}: ${failed.map(describeClause).join('; ')}`;
  return { passed: failed.length === 0, message, clauses };
}

/** md5 of a `.dir`, however it is written: with or without the `md5:` before it and the `.dir` after it. */
export function bareDigest(digest: unknown): string | undefined {
  const bare = typeof digest === 'string' ? /^(?:md5:)?([0-9a-f]{32})(?:\.dir)?$/.exec(digest.toLowerCase()) : null;
  return bare?.[1];
}

function subject({ gate, model, version, target }: Case): string {
  return `the gate of '${model}' (project '${gate.project}') refuses version ${version} as ${target.kind} '${target.name}'`;
}

/** The objects of an evidence file, each with `exists`; a text says why it cannot be read. */
function readEvidence(content: string): GateObjects | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return `the evidence is not JSON (${error.message}): write numbers that JSON has, not NaN or Infinity, and run the stage again`;
  }
  if (!isObject(parsed)) return 'the evidence is not a JSON object: write {"candidate": {…}, "champion": {…}, …}';
  const objects: Record<string, Record<string, unknown>> = Object.create(null) as Record<string, Record<string, unknown>>;
  objects['champion'] = { exists: false };
  for (const [name, value] of Object.entries(parsed)) {
    if (isObject(value)) objects[name] = { exists: true, ...value };
  }
  return objects['candidate'] === undefined ? "the evidence has no object 'candidate': the stage must write one with its digest" : objects;
}

function missingEvidence({ gate, evidence }: Case): string | undefined {
  if (evidence !== undefined) return undefined;
  return `no recorded run of stage '${gate.evidence.stage}' has handed over '${gate.evidence.file}': run \`millwright repro\` with this server`;
}

function otherBytes({ digest }: Case, objects: GateObjects): string | undefined {
  const scored = bareDigest(objects['candidate']?.['digest']);
  if (scored === undefined)
    return "the evidence has no 'candidate.digest' (32 hex characters): the stage must write the md5 of the model's `.dir`";
  if (digest === undefined)
    return 'its files are not on this server, so their digest cannot be compared: register a model from a run or a logged model';
  if (digest === scored) return undefined;
  return `it is not the model that was scored: the digest of its files is ${digest}, the evidence's candidate.digest is ${scored}`;
}

function otherChampion({ champion, alreadyLetThrough }: Case, objects: GateObjects): string | undefined {
  if (alreadyLetThrough) return undefined;
  const evaluated = objects['champion']!;
  const exists = evaluated['exists'] !== false;
  if (champion === undefined) {
    return exists ? 'the evidence compares it with a champion, and there is none now: evaluate again' : undefined;
  }
  if (!exists) return `the evidence knows no champion, and version ${champion.version} is it now: evaluate again`;
  const against = bareDigest(evaluated['digest']);
  if (against === undefined)
    return "the evidence has no 'champion.digest' (32 hex characters): the stage must write the md5 of the model's `.dir`";
  if (against === champion.digest) return undefined;
  return `the evidence compares it with another champion (${against}) than version ${champion.version} (${champion.digest ?? 'files not on this server'}): evaluate again`;
}

/** Kept with the decision as the others are: what was known of the flavours when it was let through. */
function parityClause(parity: Parity | undefined): ClauseResult[] {
  if (parity?.state !== 'agrees') return [];
  const values = { largestDifference: parity.largestDifference, tolerance: parity.tolerance };
  return [{ clause: 'ONNX answers as python_function', passed: true, values }];
}

function describeClause({ clause, values, error }: ClauseResult): string {
  const shown = Object.entries(values).map(([path, value]) => `${path} = ${typeof value === 'string' ? `'${value}'` : String(value)}`);
  const detail = [...(error === undefined ? [] : [error]), ...shown].join(', ');
  return `the clause \`${clause}\` is not true${detail === '' ? '' : ` (${detail})`}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
