/** On Bull Board's pages, which are not ours: names what it leaves without a name, for those who hear a page. */
import { nameButtons, nameFields } from './parts/name-nameless.js';

const nameAll = (): void => {
  nameButtons(document);
  nameFields(document);
};

nameAll();
// It draws its pages itself, and anew with every look at the queues.
new MutationObserver(nameAll).observe(document.documentElement, { childList: true, subtree: true });
