/** What axe finds on a page: https://github.com/dequelabs/axe-core. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expectNone } from './expect-none.js';

interface Finding {
  readonly id: string;
  readonly impact?: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

/** Fails when axe finds anything serious or critical, with the rule, the element and the mend. */
export const expectAccessible = async (page: Page): Promise<void> => {
  // Through the debugger, to which the page's policy doesn't apply.
  await page.evaluate(axe.source);
  await expectNothingGrave(page, "resultTypes: ['violations']");
};

/** By night nothing but the colours differs. */
export const expectAccessibleDayAndNight = async (page: Page): Promise<void> => {
  await page.emulateMedia({ colorScheme: 'light' });
  await expectAccessible(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectNothingGrave(page, "resultTypes: ['violations'], runOnly: ['color-contrast']");
};

const expectNothingGrave = async (page: Page, options: string): Promise<void> => {
  const findings = await page.evaluate<readonly Finding[]>(
    `axe.run(document, { ${options} }).then(({ violations }) => violations)`,
  );
  const grave = findings.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expectNone(`axe on ${page.url()}`, grave.flatMap(describe));
};

const describe = ({ id, impact, help, nodes }: Finding): string[] =>
  nodes.map(({ target, failureSummary = '' }) =>
    [`${id} (${impact}): ${help}`, `at ${target.join(' ')}`, failureSummary.replaceAll(/\s*\n\s*/g, ' ')].join('; '),
  );
