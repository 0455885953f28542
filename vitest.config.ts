import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { totalsReporter } from './test/support/totals-reporter.js';

/** Tests run from the TypeScript sources: the packages' `quailrunner-source` export condition names them. */
export default defineConfig({
  resolve: { conditions: ['quailrunner-source', 'node'] },
  ssr: { resolve: { conditions: ['quailrunner-source', 'node'] } },
  test: {
    include: ['{packages,apps}/*/src/**/*.test.ts', 'scripts/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/support/stores.ts', 'test/support/browser/prepare.ts'],
    reporters: ['default', totalsReporter],
    pool: 'forks',
    // Flow tests start a dozen processes each, all on the same two stores: more at once only wait for each other.
    maxWorkers: Math.min(availableParallelism(), 4),
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
