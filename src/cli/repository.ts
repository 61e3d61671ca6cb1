import { createGitFinder } from '../backends/git/git-binary.ts';
import { createLocks } from '../backends/locks/flock.ts';
import { openRepository, type Repository } from '../data/index.ts';
import { systemClock } from '../lib/time.ts';
import { runtimeFile } from '../runtime-files.ts';
import type { Io } from './command.ts';
import { terminalProgress } from './progress.ts';

/** The DVC repository that the command was called in. */
export function repositoryOf(io: Io): Repository {
  return openRepository(io.cwd, {
    env: io.config.env,
    userCacheDir: io.config.userCacheDir,
    git: createGitFinder(io.config.env),
    locks: createLocks(),
    signal: io.signal,
    fileWorker: runtimeFile('workers/files.js'),
    progress: terminalProgress(io, systemClock),
    warn: (message) => io.stderr(`WARNING: ${message}\n`),
  });
}
