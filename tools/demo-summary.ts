/** What `make demo` writes to build/demo/summary.json. */
export interface DemoSummary {
  readonly data: { readonly file: string; readonly sha256: string; readonly rows: number };
  readonly unit: string;
  /** Local dates; `until` is the first day after. */
  readonly holdout: { readonly from: string; readonly until: string };
  readonly models: readonly { readonly name: string; readonly rmse: number; readonly mae: number; readonly mape: number }[];
  /** Null where no candidate was let through. */
  readonly champion: { readonly model: string; readonly version: string; readonly algorithm: string; readonly digest: string } | null;
  readonly outcome: string;
  /** Of the last hour of the hold-out, by the champion. */
  readonly forecast: number | null;
  /** What a client saw of the endpoint; null where there is no champion. */
  readonly serving: {
    readonly endpoint: string;
    readonly version: string;
    readonly runtime: string;
    readonly requests: number;
    /** Median of one-row requests over one connection. */
    readonly p50Ms: number;
    /** Between the endpoint's answers and those of the loaded model, relative. */
    readonly largestDifference: number;
    /** Of one prediction, to be looked up again. */
    readonly requestId: string;
  } | null;
  readonly seconds: Readonly<Record<string, number>>;
  readonly browse: string;
}

export function printSummary(summary: DemoSummary, print: (text: string) => void): void {
  const { champion, unit } = summary;
  const titles: Record<string, string> = {
    forest: 'random forest',
    sgd: 'stochastic gradient descent',
    naive: 'the same hour of the day before',
  };
  print(`\nForecasts 24 hours ahead, ${summary.holdout.from} until ${summary.holdout.until}\n\n`);
  print(row(['', `RMSE ${unit}`, `MAE ${unit}`, 'MAPE', '']));
  for (const { name, rmse, mae, mape } of summary.models) {
    const mark = champion?.algorithm === name ? 'champion' : '';
    print(row([titles[name] ?? name, rmse.toFixed(1), mae.toFixed(1), `${(mape * 100).toFixed(1)} %`, mark]));
  }
  const what =
    champion === null
      ? `No champion: ${summary.outcome}`
      : `models:/${champion.model}@champion is version ${champion.version} (${champion.digest})`;
  print(`\n${what}\n`);
  if (summary.serving !== null) printServing(summary.serving, print);
  print(`The same figures: build/demo/summary.json. It took ${summary.seconds['total']} s.\nTo browse the result: ${summary.browse}\n`);
}

function printServing(serving: NonNullable<DemoSummary['serving']>, print: (text: string) => void): void {
  print(`\nIts endpoint, asked over HTTP\n\n`);
  print(row(['', 'version', 'runtime', 'requests', 'p50 ms']));
  const { version, runtime, requests, p50Ms, largestDifference, requestId } = serving;
  print(row([serving.endpoint, version, runtime, String(requests), p50Ms.toFixed(2)]));
  print(`\nThe answers differ from the loaded model's by ${largestDifference.toExponential(1)} at most. The record of one: ${requestId}\n`);
}

function row([name, ...figures]: readonly string[]): string {
  return `  ${name!.padEnd(34)}${figures.map((figure) => figure.padStart(12)).join('')}`.trimEnd() + '\n';
}
