import { defineConfig, mergeConfig } from 'vitest/config';
import config from './vitest.config.js';

/** `npm run rates`: what is measured against a clock, one after the other and with the machine to itself. */
export default mergeConfig(
  { ...config, test: { ...config.test, include: [] } },
  defineConfig({ test: { include: ['test/rate/**/*.measure.ts'], fileParallelism: false, testTimeout: 300_000 } }),
);
