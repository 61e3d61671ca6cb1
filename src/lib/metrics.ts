/**
 * Figures of this process for Prometheus (text format 0.0.4): counters and histograms that the code adds to, and sources that
 * are asked when somebody reads. Asking for a name again gives what is there.
 */

export interface Sample {
  /** Behind the family's name: `_bucket`, `_sum`, `_count` of a histogram. */
  readonly suffix?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly Sample[];
}

/** One series, to be kept where it is added to: looking it up costs more than adding. */
export interface Count {
  value: number;
}

export interface Counter {
  /** @param values one for each label, in their order */
  of(...values: readonly string[]): Count;
}

export interface Distribution {
  observe(value: number): void;
}

export interface Histogram {
  of(...values: readonly string[]): Distribution;
}

export class Metrics {
  readonly #sources: (() => readonly Family[])[] = [];
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();

  /** Asked each time somebody reads. */
  source(read: () => readonly Family[]): void {
    this.#sources.push(read);
  }

  counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return this.#known(this.#counters, name, () => {
      const series = new Series<Count>(labelNames, () => ({ value: 0 }));
      this.source(() => [{ name, help, type: 'counter', samples: series.map(({ value }, labels) => ({ labels, value })) }]);
      return series;
    });
  }

  /** @param bounds upper bounds of the buckets, ascending; the last, without end, is added */
  histogram(name: string, help: string, bounds: readonly number[], labelNames: readonly string[] = []): Histogram {
    return this.#known(this.#histograms, name, () => {
      const series = new Series(labelNames, () => new Buckets(bounds));
      this.source(() => [{ name, help, type: 'histogram', samples: series.map((buckets, labels) => buckets.samples(labels)).flat() }]);
      return series;
    });
  }

  text(): string {
    return this.#sources
      .flatMap((read) => read())
      .map(familyText)
      .join('');
  }

  #known<T>(kept: Map<string, T>, name: string, make: () => T): T {
    const value = kept.get(name) ?? make();
    kept.set(name, value);
    return value;
  }
}

class Series<T> {
  readonly #labelNames: readonly string[];
  readonly #make: () => T;
  readonly #items = new Map<string, { readonly labels: Readonly<Record<string, string>>; readonly item: T }>();

  constructor(labelNames: readonly string[], make: () => T) {
    this.#labelNames = labelNames;
    this.#make = make;
  }

  of(...values: readonly string[]): T {
    const key = values.join('\u0000');
    let found = this.#items.get(key);
    if (found === undefined) {
      found = { labels: Object.fromEntries(this.#labelNames.map((name, index) => [name, values[index] ?? ''])), item: this.#make() };
      this.#items.set(key, found);
    }
    return found.item;
  }

  map<R>(read: (item: T, labels: Readonly<Record<string, string>>) => R): R[] {
    return [...this.#items.values()].map(({ item, labels }) => read(item, labels));
  }
}

class Buckets implements Distribution {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let index = 0;
    while (index < this.#bounds.length && value > this.#bounds[index]!) index += 1;
    this.#counts[index]! += 1;
    this.#sum += value;
  }

  samples(labels: Readonly<Record<string, string>>): Sample[] {
    let total = 0;
    const buckets = [...this.#bounds, Infinity].map((bound, index) => {
      total += this.#counts[index]!;
      return { suffix: '_bucket', labels: { ...labels, le: bound === Infinity ? '+Inf' : `${bound}` }, value: total };
    });
    return [...buckets, { suffix: '_sum', labels, value: this.#sum }, { suffix: '_count', labels, value: total }];
  }
}

function familyText({ name, help, type, samples }: Family): string {
  const lines = samples.map(({ suffix = '', labels = {}, value }) => `${name}${suffix}${labelText(labels)} ${numberText(value)}\n`);
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return `${value}`;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
