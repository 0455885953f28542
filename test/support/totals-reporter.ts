/** The last words of a test run: what failed, a line each, and `12 passed, 0 failed` on a line of its own. */
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

export const totalsReporter: Reporter = {
  onTestRunEnd: async (modules: readonly TestModule[], errors: readonly SerializedError[]): Promise<void> => {
    const totals = countTests(modules);
    const failed = totals.failed + errors.length;
    const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
    // A long error may still be on its way to a slow reader: what is said last must come last.
    await new Promise((resolve) => process.stderr.write('', resolve));
    const names = [
      ...modules.flatMap(nameFailures),
      ...errors.map((error) => `outside of a test: ${firstLine(error)}`),
    ];
    for (const name of names) process.stdout.write(`FAILED ${name}\n`);
    process.stdout.write(`${totals.passed} passed, ${failed} failed${skipped}\n`);
  },
};

/** Whoever sees only the end of a long output needs to know which, and with what words. */
const nameFailures = (module: TestModule): string[] => {
  const path = module.relativeModuleId;
  const failed = [...module.children.allTests('failed')].map((test) => `${path} > ${test.fullName}: ${wordsOf(test)}`);
  if (failed.length > 0 || module.state() !== 'failed') return failed;
  return [`${path}: ${firstLine(module.errors()[0])}`];
};

const wordsOf = (test: TestCase): string => firstLine(test.result().errors?.[0]);

const firstLine = (error: { message?: string } | undefined): string => (error?.message ?? '').split('\n', 1)[0] ?? '';

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
