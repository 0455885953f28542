/** What Bull Board's icons mean. One that is not here is called after its drawing: better than nothing at all. */
const meanings: Readonly<Record<string, string>> = {
  maximize: 'Full screen',
  settings: 'Settings',
  'circle-user': 'Links',
  'refresh-cw': 'Retry',
  copy: 'Copy',
};

/** Its drawing of Redis is the only one that names no icon. */
const ofRedis = 'Redis';

/** A name on every button that shows an icon only. */
export const nameButtons = (root: ParentNode): void => {
  for (const button of root.querySelectorAll('button:not([aria-label], [aria-labelledby], [title])')) {
    const icon = button.querySelector(':scope > svg:only-child');
    if (icon === null || hasText(button)) continue;
    button.setAttribute('aria-label', meaningOf(icon));
    icon.setAttribute('aria-hidden', 'true');
  }
};

/** Its field to search in says what it is for only until one types. */
export const nameFields = (root: ParentNode): void => {
  for (const field of root.querySelectorAll<HTMLInputElement>('input[placeholder]:not([aria-label])'))
    if (field.labels?.length === 0) field.setAttribute('aria-label', field.placeholder);
};

/** Of its own: a drawing may hold a style. */
const hasText = ({ childNodes }: Element): boolean =>
  [...childNodes].some(({ nodeType, textContent }) => nodeType === Node.TEXT_NODE && textContent?.trim() !== '');

const meaningOf = (icon: Element): string => {
  const drawing = /\blucide-([a-z\d-]+)/.exec(icon.getAttribute('class') ?? '')?.[1];
  return drawing === undefined ? ofRedis : (meanings[drawing] ?? drawing.replaceAll('-', ' '));
};
