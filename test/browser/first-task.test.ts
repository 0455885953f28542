/** A person's first day with the console, through its pages only; the sandbox's count says what was sent. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account } from '../support/account.js';
import { openBrowser } from '../support/browser.js';
import { everyone } from '../support/tasks.js';
import { expectAccessible } from './accessible.js';
import { type House, openHouse } from './house.js';
import { signInAs } from './people.js';
import { shoot } from './shoot.js';
import { visit } from './visit.js';

const people = 40;
const unlucky = 3;
const late = 2;
const locked = 5;

let browser: Browser;
let house: House;
let session: BrowserContextOptions;

beforeAll(async () => {
  [browser, house] = await Promise.all([openBrowser(), openHouse({ people })]);
});
afterAll(() => Promise.all([browser?.close(), house?.close()]));

/** What takes scans and sending on two busy cores. */
const patient = { timeout: 20_000 };

const openSignedIn = async (path: string): Promise<Page> => {
  const page = await visit(browser, house.url, session);
  await page.goto(path);
  return page;
};

describe('a person, through the pages only', { timeout: 60_000 }, () => {
  it('writes a first task, is told of a mistake while typing, sees the plan, and starts it', async () => {
    const page = await visit(browser, house.url);
    await signInAs(page, 'operator');
    session = { storageState: await page.context().storageState() };
    await page.getByRole('link', { name: 'Tasks' }).first().click();
    await page.getByRole('link', { name: /new task/i }).click();
    await page.getByLabel('Name', { exact: true }).fill('welcome-sms');
    await page.getByLabel('Account SID').fill(account.sid);
    await page.getByLabel('From: a number').fill('+15005550006');
    await page.getByLabel('To', { exact: true }).fill('{{.phone_number}}');
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('Hello!');
    await page.getByText('More settings').click();
    await page.getByLabel('Looks for new rows every').fill('1s');
    await page.getByLabel('Rate', { exact: true }).fill('1000/s');

    // A column that isn't there: told while one types, and gone when it is mended.
    const predicate = page.getByRole('textbox', { name: 'To whom' });
    const look = page.getByRole('region', { name: 'What it would do' });
    const mistake = everyone.replace('number', 'numbr');
    await predicate.click();
    await page.keyboard.type(mistake);
    await look
      .getByText(/phone_numbr/)
      .first()
      .waitFor();
    await look.getByRole('heading', { name: 'To mend' }).waitFor();
    await page.keyboard.press('ControlOrMeta+Home');
    for (let at = 0; at < mistake.indexOf('r FROM'); at += 1) await page.keyboard.press('ArrowRight');
    await page.keyboard.type('e');
    await look.getByText('Nothing is wrong with it.').waitFor();
    expect(await look.getByRole('heading', { name: 'To mend' }).count()).toBe(0);
    await look.locator('.phone').getByText('Hello!').waitFor();
    await look.getByText('1 segment of GSM-7.').waitFor();
    expect(await look.getByRole('row').count()).toBe(1 + 10);
    await expectAccessible(page);
    await shoot(page, 'editor-written');

    await page.getByRole('button', { name: 'Review the plan' }).click();
    await page.getByRole('heading', { name: 'What welcome-sms would do' }).waitFor();
    await page.getByRole('button', { name: 'Save and start' }).waitFor();
    await expectFigure(page, 'Match', people);
    await expectFigure(page, 'To send', people);
    await expectFigure(page, 'Segments', people);
    await expectAccessible(page);
    await shoot(page, 'review');

    // Who goes back finds all as it was.
    await page.getByRole('button', { name: 'Back to the editor' }).click();
    await look.getByText('Nothing is wrong with it.').waitFor();
    expect(await page.getByLabel('Account SID').inputValue()).toBe(account.sid);
    expect(await predicate.textContent()).toContain('phone_number');
    expect(await house.sent()).toMatchObject({ total: 0 });
    await page.getByRole('button', { name: 'Review the plan' }).click();
    await page.getByRole('button', { name: 'Save and start' }).click();

    await page.getByRole('heading', { name: 'welcome-sms', level: 1 }).waitFor();
    await page.getByText(`completed ${people}`).first().waitFor(patient);
    expect(await house.sent()).toMatchObject({ total: people, recipients: people, most: 1 });
  });

  it('finds a run, and reads its story with the receipt', async () => {
    const page = await openSignedIn('/runs');
    await page.getByRole('row').nth(1).getByRole('rowheader').getByRole('link').click();
    const story = page.getByRole('region', { name: 'Its story' });
    await story.getByText('Receipt').last().waitFor();
    await story.getByText('delivered', { exact: true }).first().waitFor();
    await expectAccessible(page);
    await shoot(page, 'run-completed');
  });

  it('sees why some failed, mends it, and retries them', async () => {
    await house.faults({ status: 400, code: 21211 });
    await house.join(unlucky);
    const page = await openSignedIn('/tasks/welcome-sms');
    const failures = page.getByRole('region', { name: 'What failed' });
    await failures.getByText('21211').waitFor(patient);
    await failures.getByRole('link', { name: `${unlucky}`, exact: true }).waitFor(patient);
    await expectAccessible(page);
    await shoot(page, 'task-with-failures');

    await house.faults();
    await failures.getByRole('link', { name: 'Retry these' }).click();
    await page.getByRole('button', { name: `Retry these ${unlucky}` }).click();
    await page
      .getByRole('article', { name: /^Retry 1/ })
      .getByText('100 %')
      .waitFor(patient);
    await page.getByText('finished').first().waitFor(patient);
    await page.goto('/tasks/welcome-sms');
    await page
      .getByText(`completed ${people + unlucky}`)
      .first()
      .waitFor(patient);
    expect(await failures.count()).toBe(0);
  });

  it('pauses a lane, in which nothing is sent until it is resumed', async () => {
    const before = await house.sent();
    const page = await openSignedIn('/lanes');
    const lane = page.getByRole('article').first();
    await lane.getByRole('button', { name: 'Pause' }).click();
    await lane.getByText('by operator').waitFor();
    await house.join(late);
    await lane.getByText(new RegExp(`^Waiting\\s*${late}$`)).waitFor(patient);
    expect(await house.sent()).toEqual(before);

    await lane.getByRole('button', { name: 'Resume' }).click();
    await page.goto('/tasks/welcome-sms');
    await page
      .getByText(`completed ${people + unlucky + late}`)
      .first()
      .waitFor(patient);
    expect(await house.sent()).toMatchObject({ total: before.total + late });
  });

  it('is told on the overview that a lane needs somebody, and lets it go on', async () => {
    const before = await house.sent();
    await house.faults({ status: 401, code: 20003 });
    await house.join(locked);
    const page = await openSignedIn('/');
    const need = page.getByRole('region', { name: 'Needs a person' }).getByRole('link', { name: /^Lane .* is held$/ });
    await need.waitFor(patient);
    await page.locator('#curve canvas').waitFor();
    await expectAccessible(page);
    await shoot(page, 'overview-at-work', { docs: 'monitor.png' });
    expect(await house.sent()).toEqual(before);

    await house.faults();
    await need.click();
    await page.getByRole('article').first().getByRole('button', { name: 'Resume' }).click();
    await page.goto('/tasks/welcome-sms');
    await page
      .getByText(`completed ${people + unlucky + late + locked}`)
      .first()
      .waitFor(patient);
    expect(await house.sent()).toMatchObject({ total: before.total + locked });
  });
});

/** A figure of the plan, by its word. */
const expectFigure = async (page: Page, word: string, figure: number): Promise<void> => {
  const total = page.locator('.total').filter({ has: page.getByText(word, { exact: true }) });
  expect(await total.getByRole('definition').textContent()).toBe(String(figure));
};
