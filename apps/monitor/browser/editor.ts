/** On the editor's page: SQL, bodies and texts get an editor of their own. Without this file they stay plain text fields. */

import { dressTextareas, showFields } from './parts/dress-textareas.js';

dressTextareas(document);
window.addEventListener('pageshow', showFields);
// The fields of the action are replaced when one writes it in the other way.
document.body.addEventListener('htmx:after:swap', () => dressTextareas(document));
