import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.js';
import { expectAccessible } from './accessible.js';
import { type House, openHouse } from './house.js';
import { signInAs } from './people.js';
import { shoot } from './shoot.js';
import { visit } from './visit.js';

let browser: Browser;
let house: House;

beforeAll(async () => {
  [browser, house] = await Promise.all([openBrowser(), openHouse({ people: 40 })]);
});
afterAll(() => Promise.all([browser?.close(), house?.close()]));

describe('a whole house, seen by an operator', () => {
  it('shows how a task gets on until all have their message, then what failed and why', async () => {
    const page = await visit(browser, house.url);
    await signInAs(page, 'operator');
    await house.apply('welcome-sms');
    await page.goto('/tasks');
    await page.getByRole('link', { name: 'welcome-sms' }).first().click();
    await page.getByRole('heading', { name: 'welcome-sms', level: 1 }).waitFor();
    await page.getByText('completed 40').first().waitFor({ timeout: 30_000 });
    expect(await house.sent()).toMatchObject({ total: 40, recipients: 40, most: 1 });

    // The sandbox breaks for those who come now.
    await house.faults({ status: 400, code: 21211 });
    await house.join(3);
    const failures = page.getByRole('region', { name: 'What failed' });
    await failures.getByText('21211').waitFor({ timeout: 30_000 });
    await failures.getByRole('link', { name: '3', exact: true }).waitFor({ timeout: 30_000 });
    await failures.getByRole('link', { name: 'Retry these' }).waitFor();
    await expectAccessible(page);
    await shoot(page, 'task-with-failures');

    await page.goto('/');
    await page.getByText('failed 3').first().waitFor();
    await shoot(page, 'overview-at-work', { docs: 'monitor.png' });
  });
});
