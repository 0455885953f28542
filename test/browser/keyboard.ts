/** A person who has only a keyboard: goes through a page with Tab, from its first stop until it begins anew. */
import type { Page } from 'playwright-core';
import { waitUntil } from '../support/wait-until.js';
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
    const look = () => page.evaluate<Stop | null>(`${inPage} look()`);
    let stop = await look();
    // An editor marks itself a moment after it got the focus.
    if (stop && !stop.hasRing)
      stop = await waitUntil(async () => ringed(await look()), { what: 'a ring', timeoutMs: 500 }).catch(look);
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

const ringed = (stop: Stop | null): Stop | false => stop?.hasRing === true && stop;

const nameOf = ({ what }: Stop): string => what;

/** Runs in the page. A group of radio buttons is one stop; so is an editor in a shadow root, under its host's name. */
const inPage = `
  const what = (e) => {
    const path = [];
    for (let at = e; at.parentElement; at = at.parentElement)
      path.unshift(at.localName + ':' + (1 + [...at.parentElement.children].indexOf(at)));
    // Not by its text, which may change meanwhile: "3s ago".
    return path.slice(1).join(' ') + (e.id ? ' #' + e.id : '') + (e.name ? ' ' + e.name : '');
  };
  const list = () =>
    [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
      .filter((e) => e.type !== 'hidden' && !e.disabled && e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true }))
      .filter((e) => e.type !== 'radio' || e.checked)
      .concat([...document.querySelectorAll('*')].filter((e) => e.shadowRoot?.querySelector('[contenteditable=true]')))
      .map(what);
  const isOutlined = (e) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(e);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
  };
  const look = () => {
    const host = document.activeElement;
    if (!host || host === document.body) return null;
    const e = host.shadowRoot?.activeElement ?? host;
    // An editor draws its ring around itself, and not around the text that has the focus.
    let hasRing = isOutlined(e);
    if (e !== host) for (let at = e; at; at = at.parentElement) hasRing ||= isOutlined(at);
    const named = e.getAttribute('aria-labelledby');
    const name = [
      e.getAttribute('aria-label'),
      named && named.split(/\\s+/).map((id) => document.getElementById(id)?.textContent ?? '').join(' '),
      ...[...(e.labels ?? [])].map((label) => label.textContent),
      ['input', 'select', 'textarea'].includes(e.localName) ? '' : e.textContent,
      ...[...e.querySelectorAll('img[alt], svg title')].map((img) => img.alt ?? img.textContent),
      e.title,
    ].join('').trim();
    return { what: what(host), hasRing, hasName: name !== '' };
  };`;
