/**
 * Puts an editor before each text field that names a language. The field stays the form's: what is typed is written to it.
 * The editor's styles live in a shadow root, so the page's policy needs no exception for them.
 */
import { json } from '@codemirror/lang-json';
import { PostgreSQL, sql } from '@codemirror/lang-sql';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { minimalSetup } from 'codemirror';

/** Each editor that there is, told to show what its field holds. */
const editors = new Map<HTMLTextAreaElement, () => void>();

/** A browser that goes back fills the fields once more, after the page's scripts have run: what is seen must be what is sent. */
export const showFields = (): void => {
  for (const [area, show] of editors) {
    if (area.isConnected) show();
    else editors.delete(area);
  }
};

export const dressTextareas = (root: ParentNode): void => {
  for (const area of root.querySelectorAll<HTMLTextAreaElement>('textarea[data-language]:not([data-dressed])'))
    dress(area);
};

const dress = (area: HTMLTextAreaElement): void => {
  area.dataset.dressed = '';
  const host = document.createElement('div');
  host.className = 'code';
  area.before(host);
  const shadow = host.attachShadow({ mode: 'open' });
  const label = document.querySelector<HTMLLabelElement>(`label[for="${area.id}"]`);
  const view = new EditorView({
    doc: area.value,
    parent: shadow,
    root: shadow,
    extensions: [
      minimalSetup,
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({
        'aria-label': label?.textContent ?? area.name,
        'aria-multiline': 'true',
        role: 'textbox',
      }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        area.value = update.state.doc.toString();
        area.dispatchEvent(new Event('input', { bubbles: true }));
      }),
      look,
      syntaxHighlighting(colours),
      languageOf(area),
    ],
  });
  editors.set(area, () => {
    const doc = view.state.doc.toString();
    if (doc !== area.value) view.dispatch({ changes: { from: 0, to: doc.length, insert: area.value } });
  });
  label?.addEventListener('click', () => view.focus());
  area.hidden = true;
};

const languageOf = ({ dataset, value }: HTMLTextAreaElement): Extension => {
  if (dataset.language === 'sql') return sql({ dialect: PostgreSQL });
  return dataset.language === 'body' && /^\s*[[{]/.test(value) ? json() : [];
};

/** The page's own colours, which know light from dark. */
const look = EditorView.theme({
  '&': { backgroundColor: 'var(--ground)', color: 'var(--text)', border: '1px solid var(--line)', borderRadius: '7px' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '2px' },
  '.cm-content': { caretColor: 'var(--text)', fontSize: '0.9rem', padding: '0.5rem', minHeight: '4.5rem' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'var(--line)',
  },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--notice)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--alert)' },
  { tag: tags.comment, color: 'var(--quiet)', fontStyle: 'italic' },
  { tag: tags.propertyName, color: 'var(--accent)' },
]);
