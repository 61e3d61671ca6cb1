import type { Endpoint, StatisticsWindow } from '../../../../src/api/endpoints.ts';
import { formatCount, formatLatency } from '../../ui/format.ts';
import { PlainTable } from '../../ui/plain-table.tsx';
import { Age } from '../../ui/time.tsx';
import { formatErrors, formatRate } from './endpoint-text.ts';

/** Rates, latencies and errors of what is live, beside those of the version before. */
export function TrafficTable({ live }: { live: NonNullable<Endpoint['live']> }) {
  const { minute, quarterHour, version, replaced } = live.statistics;
  const windows: readonly (readonly [string, StatisticsWindow])[] = [
    ['Last minute', minute],
    ['Last 15 minutes', quarterHour],
    [`v${live.version}, since it took over`, version],
    ...(replaced === null ? [] : [[`v${replaced.version}, until then`, replaced.window] as const]),
  ];
  return (
    <>
      <PlainTable
        label="How it answers"
        heads={['Span', ['Requests'], ['Per second'], ['p50'], ['p95'], ['p99'], ['Errors']]}
        rows={windows.map(([title, window]) => ({
          key: title,
          cells: [
            <span key="span" className="unbroken">
              {title}
            </span>,
            formatCount(window.requests),
            formatRate(window.perSecond),
            formatLatency(window.p50Ms),
            formatLatency(window.p95Ms),
            formatLatency(window.p99Ms),
            <span key="errors" title={`4xx: ${window.clientErrors}, 5xx: ${window.serverErrors}`}>
              {formatErrors(window)}
            </span>,
          ],
        }))}
      />
      <p className="dim endpoint-cover">
        What this server process answered since it loaded the version, <Age at={live.loadedAt} />; latencies are of answers with a
        prediction.
      </p>
    </>
  );
}
