/** dvc.lock: the text, read once and kept by stage, so that a new entry costs that entry and not the whole file. */
import { checkLockFile } from './pipeline-schema.ts';
import { emitYaml, parseYaml } from './yaml.ts';
import { equals, isMapping, type Mapping, type Value } from './value.ts';

/** The stages of a dvc.lock in their order. */
export class LockFile {
  private readonly entries = new Map<string, Mapping>();
  private readonly texts = new Map<string, string>();
  private datasets: Value | undefined;

  static parse(text: string, fileName: string): LockFile {
    const lock = new LockFile();
    const value = parseYaml(text, fileName);
    if (value === null) return lock;
    const root = checkLockFile(value, text, fileName);
    const stages = root.has('schema') ? root.get('stages') : root;
    if (isMapping(stages)) for (const [name, entry] of stages) if (isMapping(entry)) lock.entries.set(String(name), entry);
    lock.datasets = root.has('schema') ? root.get('datasets') : undefined;
    return lock;
  }

  get(stage: string): Mapping | undefined {
    return this.entries.get(stage);
  }

  get names(): string[] {
    return [...this.entries.keys()];
  }

  /** Replaces the entry in place or appends it; false where it says the same already. */
  set(stage: string, entry: Mapping): boolean {
    const old = this.entries.get(stage);
    if (old !== undefined && equals(old, entry)) return false;
    this.entries.set(stage, entry);
    this.texts.delete(stage);
    return true;
  }

  delete(stage: string): boolean {
    this.texts.delete(stage);
    return this.entries.delete(stage);
  }

  get isEmpty(): boolean {
    return this.entries.size === 0;
  }

  toString(): string {
    let text = "schema: '2.0'\n";
    if (this.datasets !== undefined) text += emitYaml(new Map([['datasets', this.datasets]]));
    if (this.entries.size === 0) return `${text}stages: {}\n`;
    text += 'stages:\n';
    for (const [name, entry] of this.entries) text += this.textOf(name, entry);
    return text;
  }

  /** One stage as it stands below `stages:`; anchors number anew in each, as no value is shared between stages. */
  private textOf(name: string, entry: Mapping): string {
    const known = this.texts.get(name);
    if (known !== undefined) return known;
    const text = emitYaml(new Map([['stages', new Map([[name, entry]])]])).slice('stages:\n'.length);
    this.texts.set(name, text);
    return text;
  }
}
