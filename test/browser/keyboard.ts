/** A person who has only a keyboard: goes through a page with Tab, from its first stop until it begins anew. */
import type { Page } from 'playwright-core';
import { expectNone } from './expect-none.js';

interface Stop {
  readonly what: string;
  readonly hasRing: boolean;
  readonly hasName: boolean;
}

/**
 * Fails unless each visible link, button and field gets the focus, shows that it has it, and has a name that a screen
 * reader can say. Without the ring it would be there, but nobody would know where they are.
 */
export const expectKeyboard = async (page: Page): Promise<void> => {
  const wanted = await page.evaluate<string[]>(`${inPage} list()`);
  await page.evaluate('document.activeElement.blur(); scrollTo(0, 0)');
  const stops = new Map<string, Stop>();
  // Once around, and a few for what the browser puts between.
  for (let press = 0; press < wanted.length + 5; press += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate<Stop | null>(`${inPage} look()`);
    if (stop && !stops.has(stop.what)) stops.set(stop.what, stop);
  }
  const all = [...stops.values()];
  if (wanted.length === 0) throw new Error('There is no link, button or field on the page');
  expectNone(
    'never reached by Tab',
    wanted.filter((what) => !stops.has(what)),
  );
  expectNone('no visible focus', all.filter(({ hasRing }) => !hasRing).map(nameOf));
  expectNone('no name', all.filter(({ hasName }) => !hasName).map(nameOf));
};

const nameOf = ({ what }: Stop): string => what;

/** Runs in the page. A group of radio buttons is one stop; so is what opens a <details>. */
const inPage = `
  const what = (e) => {
    const path = [];
    for (let at = e; at.parentElement; at = at.parentElement)
      path.unshift(at.localName + ':' + (1 + [...at.parentElement.children].indexOf(at)));
    return path.slice(1).join(' ') + ' "' + (e.textContent || e.name || '').trim().slice(0, 40) + '"';
  };
  const list = () =>
    [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
      .filter((e) => e.type !== 'hidden' && !e.disabled && e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true }))
      .filter((e) => e.type !== 'radio' || e.checked)
      .map(what);
  const look = () => {
    const e = document.activeElement;
    if (!e || e === document.body) return null;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(e);
    const hasRing = (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
    const named = e.getAttribute('aria-labelledby');
    const name = [
      e.getAttribute('aria-label'),
      named && named.split(/\\s+/).map((id) => document.getElementById(id)?.textContent ?? '').join(' '),
      ...[...(e.labels ?? [])].map((label) => label.textContent),
      ['input', 'select', 'textarea'].includes(e.localName) ? '' : e.textContent,
      ...[...e.querySelectorAll('img[alt], svg title')].map((img) => img.alt ?? img.textContent),
      e.title,
    ].join('').trim();
    return { what: what(e), hasRing, hasName: name !== '' };
  };`;
