/**
 * Which model had a name when. A name that a model gave up stays its own until another model takes it: what answered under the name
 * may go on for a while. A model that was deleted leaves no trace here: it and the next one of its name count as one.
 */
import type { Scope } from '../access/index.ts';
import { defineRead } from '../backends/db/port.ts';
import type { RegistryTables, RegistryTx } from './tables.ts';

/** A name and the time in which it stood for a model: `from` inclusive, `until` exclusive; undefined is without bound. */
export interface HeldName {
  readonly name: string;
  readonly from: number | undefined;
  readonly until: number | undefined;
}

type Rename = Pick<RegistryTables['model_renames'], 'name' | 'new_name' | 'held_since' | 'renamed_at'>;

/** What is known of one name. */
interface NameHistory {
  /** Renames away from it, oldest first. */
  readonly left: readonly Rename[];
  /** Renames to it, oldest first, whose models were not renamed again. */
  readonly stayed: readonly Rename[];
  /** Since when the model has it that has it now; undefined where none does. */
  readonly since: number | undefined;
  /** When models took it, oldest first. */
  readonly takings: readonly number[];
}

/** A chain of renames is followed so far. */
const longestChain = 100;

/** The names under which what is known by `names` now was known. */
export const namesHeldBy = defineRead<RegistryTables, { scope: Scope; names: readonly string[] }, HeldName[][]>(
  'registry.namesHeldBy',
  async (tx, { scope, names }) => {
    const histories = readHistories(tx, scope);
    const held: HeldName[][] = [];
    for (const name of names) {
      const { left, stayed, since, takings } = await histories(name);
      const own = since === undefined ? { name, from: left.at(-1)?.renamed_at, until: undefined } : span(name, since, takings);
      held.push([own, ...(await formerNames(stayed, histories))]);
    }
    return held;
  },
);

/** What the model is called now that had a name at a time. */
export const presentName = defineRead<RegistryTables, { scope: Scope; name: string; at: number }, string>(
  'registry.presentName',
  async (tx, { scope, name, at }) => {
    const histories = readHistories(tx, scope);
    const { left, takings } = await histories(name);
    const taken = takings.findLast((since) => since <= at) ?? takings[0];
    let present = name;
    let rename = left.find(({ held_since }) => held_since === taken);
    for (let length = 0; rename !== undefined && length < longestChain; length += 1) {
      const { new_name, renamed_at } = rename;
      present = new_name;
      rename = (await histories(new_name)).left.find(({ held_since }) => held_since === renamed_at);
    }
    return present;
  },
);

/** Keeps that a model had a name until now. */
export async function recordRename(tx: RegistryTx, scope: Scope, now: number, name: string, newName: string): Promise<void> {
  const since = (await readHistories(tx, scope)(name)).since ?? now;
  await tx
    .statement('insert into model_renames (workspace_id, name, new_name, held_since, renamed_at) values (?, ?, ?, ?, ?)')
    .run(scope.workspaceId, name, newName, since, Math.max(now, since + 1));
}

async function formerNames(stayed: readonly Rename[], histories: Histories): Promise<HeldName[]> {
  const found: HeldName[] = [];
  let next = stayed;
  for (let length = 0; next.length > 0 && length < longestChain; length += 1) {
    const before: Rename[] = [];
    for (const { name, held_since } of next) {
      const { takings } = await histories(name);
      found.push(span(name, held_since, takings));
      before.push(...(await histories.to(name)).filter(({ renamed_at }) => renamed_at === held_since));
    }
    next = before;
  }
  return found;
}

/** The first model of a name has what was recorded before it came: clients send records with times of their own. */
function span(name: string, since: number, takings: readonly number[]): HeldName {
  const index = takings.indexOf(since);
  return { name, from: index === 0 ? undefined : since, until: takings[index + 1] };
}

interface Histories {
  (name: string): Promise<NameHistory>;
  to(name: string): Promise<Rename[]>;
}

function readHistories(tx: RegistryTx, scope: Scope): Histories {
  const renames = (column: 'name' | 'new_name', name: string): Promise<Rename[]> =>
    tx
      .statement<Rename>(
        `select name, new_name, held_since, renamed_at from model_renames where workspace_id = ? and ${column} = ? order by renamed_at`,
      )
      .all(scope.workspaceId, name);
  const read = async (name: string): Promise<NameHistory> => {
    const [left, arrived] = [await renames('name', name), await renames('new_name', name)];
    const stayed = arrived.filter(({ renamed_at }) => left.every(({ held_since }) => held_since !== renamed_at));
    const [model] = await tx
      .statement<{ created_at: number }>('select created_at from registered_models where workspace_id = ? and name = ?')
      .all(scope.workspaceId, name);
    const since = model && Math.max(model.created_at, stayed.at(-1)?.renamed_at ?? 0);
    const takings = [...left.map(({ held_since }) => held_since), ...(since === undefined ? [] : [since])].toSorted((a, b) => a - b);
    return { left, stayed, since, takings };
  };
  return Object.assign(read, { to: (name: string) => renames('new_name', name) });
}
