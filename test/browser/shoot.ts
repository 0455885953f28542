/** Pictures of a page as people see it: on a phone, a tablet and a desk, by day and by night. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { artefacts } from './visit.js';

/** A page is as wide by night as by day: one picture tells its colours. */
const looks = [
  { width: 390, colorScheme: 'light' },
  { width: 820, colorScheme: 'light' },
  { width: 1_280, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const;
const height = 800;

const docsImages = join(import.meta.dirname, '..', '..', 'docs', 'images');

interface ShootOptions {
  /** The README's name for it: with QUAIL_DOCS_IMAGES=1 the widest one by day becomes that picture. */
  readonly docs?: string;
}

/** Fails, too, where a page is wider than the window: nobody wants to push a page to and fro. */
export const shoot = async (page: Page, name: string, { docs }: ShootOptions = {}): Promise<void> => {
  await mkdir(artefacts, { recursive: true });
  await page.evaluate('document.activeElement.blur()');
  for (const { width, colorScheme } of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    const path = join(artefacts, `${name}-${width}-${colorScheme}.png`);
    await page.screenshot({ path, fullPage: true, animations: 'disabled' });
    const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(over, `${name} at ${width} pixels is wider than the window by`).toBeLessThanOrEqual(0);
    if (docs !== undefined && process.env.QUAIL_DOCS_IMAGES && width === 1_280 && colorScheme === 'light')
      await page.screenshot({ path: join(docsImages, docs), animations: 'disabled' });
  }
  await page.emulateMedia({ colorScheme: null });
};
