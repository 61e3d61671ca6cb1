import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    pool: 'threads',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'sdk/src/**/*.test.ts', 'web/src/**/*.test.ts'],
          isolate: false,
          pool: 'threads',
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          maxWorkers: 2,
          globalSetup: [],
          // One second is short where other files' servers and browsers work on the same cores.
          expect: { poll: { timeout: 15_000 } },
        },
      },
    ],
  },
});
