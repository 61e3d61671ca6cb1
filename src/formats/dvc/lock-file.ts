/** dvc.lock: the text, read once and kept by stage, so that a new entry costs that entry and not the whole file. */
import { checkLockFile } from './pipeline-schema.ts';
import { editYaml, emitYaml, hasComments, parseYaml } from './yaml.ts';
import { equals, isMapping, type Mapping, type Value } from './value.ts';

/** The stages of a dvc.lock in their order. */
export class LockFile {
  private readonly entries = new Map<string, Mapping>();
  private readonly texts = new Map<string, string>();
  private datasets: Value | undefined;
  /** The text that was read, where somebody wrote comments into it. */
  private commented: string | undefined;

  static parse(text: string, fileName: string): LockFile {
    const lock = new LockFile();
    const root = checkLockFile(parseYaml(text, fileName) ?? new Map(), text, fileName);
    const stages = root.get('stages');
    if (isMapping(stages)) for (const [name, entry] of stages) if (isMapping(entry)) lock.entries.set(String(name), entry);
    lock.datasets = root.get('datasets');
    if (/(?:^|\s)#/.test(text) && hasComments(text, fileName)) lock.commented = text;
    return lock;
  }

  get(stage: string): Mapping | undefined {
    return this.entries.get(stage);
  }

  get names(): string[] {
    return [...this.entries.keys()];
  }

  /**
   * Replaces the entry in place, or adds it: last, or before the first of `before`. False where it says the same already.
   */
  set(stage: string, entry: Mapping, before: ReadonlySet<string> = new Set()): boolean {
    const old = this.entries.get(stage);
    if (old !== undefined && equals(old, entry)) return false;
    const isNew = old === undefined;
    this.entries.set(stage, entry);
    this.texts.delete(stage);
    if (isNew && before.size > 0) this.moveLastBefore(before);
    return true;
  }

  private moveLastBefore(names: ReadonlySet<string>): void {
    const all = [...this.entries];
    const last = all.pop();
    const place = all.findIndex(([name]) => names.has(name));
    if (last === undefined || place < 0) return;
    all.splice(place, 0, last);
    this.entries.clear();
    for (const [name, entry] of all) this.entries.set(name, entry);
  }

  delete(stage: string): boolean {
    this.texts.delete(stage);
    return this.entries.delete(stage);
  }

  get isEmpty(): boolean {
    return this.entries.size === 0;
  }

  toString(): string {
    if (this.commented !== undefined) return editYaml(this.commented, this.value);
    const head = this.datasets === undefined ? '' : emitYaml(new Map([['datasets', this.datasets]]));
    if (this.entries.size === 0) return `schema: '2.0'\n${head}stages: {}\n`;
    const texts = [...this.entries].map(([name, entry]) => this.textOf(name, entry));
    // Anchors count through the whole file
    if (texts.some((text) => text.includes('&id001'))) return emitYaml(this.value);
    return `schema: '2.0'\n${head}stages:\n${texts.join('')}`;
  }

  private get value(): Mapping {
    const root: Mapping = new Map([['schema', '2.0']]);
    if (this.datasets !== undefined) root.set('datasets', this.datasets);
    return root.set('stages', new Map(this.entries));
  }

  /** One stage as it stands below `stages:`. */
  private textOf(name: string, entry: Mapping): string {
    const known = this.texts.get(name);
    if (known !== undefined) return known;
    const text = emitYaml(new Map([['stages', new Map([[name, entry]])]])).slice('stages:\n'.length);
    this.texts.set(name, text);
    return text;
  }
}
