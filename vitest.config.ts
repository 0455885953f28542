import { defineConfig } from 'vitest/config';

/** Tests run from the TypeScript sources: the packages' `quailrunner-source` export condition names them. */
export default defineConfig({
  resolve: { conditions: ['quailrunner-source', 'node'] },
  ssr: { resolve: { conditions: ['quailrunner-source', 'node'] } },
  test: {
    include: ['{packages,apps}/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/support/stores.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
