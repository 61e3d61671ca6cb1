import type { Progress, ProgressSink } from '../data/index.ts';
import type { Clock } from '../lib/time.ts';
import type { Io } from './command.ts';
import { duration } from './format.ts';

/** What is over within this time shows nothing. */
const quietMs = 1000;
const redrawMs = 100;

/** A line on stderr with rate and time left, on a terminal only: scripts read stderr too. */
export function terminalProgress(io: Pick<Io, 'stderr' | 'stderrIsTty'>, clock: Clock): ProgressSink {
  return {
    start(label, unit, total) {
      if (!io.stderrIsTty) return noProgress;
      const began = clock.now();
      let done = 0;
      let drawn = began + quietMs - redrawMs;
      let isShown = false;
      return {
        advance(units) {
          done += units;
          const now = clock.now();
          if (now - drawn < redrawMs) return;
          drawn = now;
          isShown = true;
          io.stderr(`\r\u001b[K${progressLine(label, unit, done, total, now - began)}`);
        },
        finish() {
          if (isShown) io.stderr('\r\u001b[K');
        },
      };
    },
  };
}

const noProgress: Progress = { advance: () => undefined, finish: () => undefined };

export const silentProgress: ProgressSink = { start: () => noProgress };

function progressLine(label: string, unit: 'files' | 'bytes', done: number, total: number | undefined, elapsedMs: number): string {
  const rate = (done * 1000) / elapsedMs;
  const amount = unit === 'bytes' ? sizeText : (count: number) => Math.round(count).toLocaleString('en-US');
  const rateText = unit === 'bytes' ? `${sizeText(rate)}/s` : `${amount(rate)} files/s`;
  if (total === undefined) return `${label}: ${amount(done)}${unit === 'bytes' ? '' : ' files'}, ${rateText}`;
  const left = rate > 0 && done < total ? `, ${duration(((total - done) * 1000) / rate)} left` : '';
  return `${label}: ${amount(done)} of ${amount(total)}${unit === 'bytes' ? '' : ' files'}, ${rateText}${left}`;
}

/** `512 B`, `1.5 KiB`, `20.0 MiB`. */
function sizeText(bytes: number): string {
  if (bytes < 1024) return `${Math.round(bytes)} B`;
  const power = Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${['', 'Ki', 'Mi', 'Gi', 'Ti'][power]!}B`;
}
