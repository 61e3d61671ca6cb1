/** The effects of a reproduction on a terminal: progress and logs to standard output, questions to the person. */
import { StringDecoder } from 'node:string_decoder';
import type { LocalApp } from '../local-app.ts';
import { noRecorder, reproduce, type ReproduceContext, type ReproduceResult, type Stage } from '../pipelines/index.ts';
import type { Io } from './command.ts';
import { ask } from './confirm.ts';
import { pullDataOf } from './pull-data.ts';

interface OutputOptions {
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** What a reproduction started from the command line works with; recording is added by the caller. */
export function reproContext(app: LocalApp, options: OutputOptions, io: Io, jobs: number): Omit<ReproduceContext, 'recorder'> {
  const print = options.json === true ? io.stderr : io.stdout;
  return {
    ...app,
    cwd: io.cwd,
    env: io.config.env,
    say: (line) => {
      if (options.quiet !== true) print(`${line}\n`);
    },
    warn: (message) => io.stderr(`WARNING: ${message}\n`),
    log: jobs > 1 ? taggedLog(print) : plainLog(print),
    confirm: (question) => ask(io, question),
    pullData: pullDataOf(app.repository, io.cwd),
  };
}

function plainLog(print: (text: string) => void): ReproduceContext['log'] {
  const decoders = new Map<Stage, StringDecoder>();
  return (stage, chunk) => {
    const decoder = decoders.get(stage) ?? new StringDecoder('utf8');
    decoders.set(stage, decoder);
    print(decoder.write(Buffer.from(chunk)));
  };
}

/** Whole lines, each with its stage: several stages write at a time. */
function taggedLog(print: (text: string) => void): ReproduceContext['log'] {
  const rests = new Map<Stage, string>();
  const plain = plainLog((text) => (pending += text));
  let pending = '';
  return (stage, chunk) => {
    pending = rests.get(stage) ?? '';
    plain(stage, chunk);
    const lines = pending.split('\n');
    rests.set(stage, lines.pop() ?? '');
    for (const line of lines) print(`${stage.address} | ${line}\n`);
  };
}

/** Runs one stage alone, as `stage add --run` does. */
export function reproduceOne(context: Omit<ReproduceContext, 'recorder'>, target: string): Promise<ReproduceResult> {
  const input = {
    targets: [target],
    recursive: false,
    glob: false,
    pipeline: false,
    allPipelines: false,
    downstream: false,
    singleItem: true,
    interactive: false,
    force: false,
    forceDownstream: false,
    dry: false,
    commit: true,
    runCache: true,
    pull: false,
    allowMissing: false,
    onError: 'fail',
    jobs: 1,
  } as const;
  return reproduce({ ...context, recorder: noRecorder }, input);
}
