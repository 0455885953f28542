/** Who signs in: a person of each role. */
import { createUser, hashPassword, type Ledger } from '@quailrunner/ledger';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** The same for all of them: `admin` is made with it by the monitor, the others by `addPeople`. */
export const password = 'correct horse battery staple';

export const addPeople = async (ledger: Ledger): Promise<void> => {
  const passwordHash = await hashPassword(password);
  for (const role of ['viewer', 'operator'] as const)
    await createUser(ledger, { name: role, role, passwordHash }, { kind: 'system', name: 'browser tests' });
};

export type Person = 'viewer' | 'operator' | 'admin';

/** By typing, as people do. */
export const signInAs = async (page: Page, name: Person): Promise<void> => {
  await page.goto('/sign-in');
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
};

/** For visits that begin signed in: what the browser keeps of a sign-in. */
export const openSession = async (browser: Browser, url: string, name: Person): Promise<BrowserContextOptions> => {
  const page = await browser.newPage({ baseURL: url });
  await signInAs(page, name);
  const storageState = await page.context().storageState();
  await page.close();
  return { storageState };
};
