/** The last word of a test run, on a line of its own: `12 passed, 0 failed`. */
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

export const totalsReporter: Reporter = {
  onTestRunEnd: async (modules: readonly TestModule[], errors: readonly SerializedError[]): Promise<void> => {
    const totals = countTests(modules);
    const failed = totals.failed + errors.length;
    const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
    // A long error may still be on its way to a slow reader: what is said last must come last.
    await new Promise((resolve) => process.stderr.write('', resolve));
    process.stdout.write(`${totals.passed} passed, ${failed} failed${skipped}\n`);
  },
};

/** A file that could not be loaded has no tests to fail: it counts as one. */
const countTests = (modules: readonly TestModule[]): Record<'passed' | 'failed' | 'skipped', number> => {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const module of modules) {
    let failedHere = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') totals.passed += 1;
      else if (state === 'failed') failedHere += 1;
      else totals.skipped += 1;
    }
    const onlyFileFailed = failedHere === 0 && module.state() === 'failed';
    totals.failed += onlyFileFailed ? 1 : failedHere;
  }
  return totals;
};
