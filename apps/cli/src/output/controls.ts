/** What a row, a receiver or a database may have put into a text must not command the terminal that shows it. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what we look for; tabs and line breaks are harmless.
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what `styleText` writes for our own paints.
const controlsOrPaint = /(\x1b\[(?:1|2|22|31|32|33|36|39)m)|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

const show = (control: string): string => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`;

/** `\x1b` for an escape: every control character but tabs and line breaks. */
export const showControls = (text: string): string => text.replaceAll(controls, show);

/** The same, but for our own colours. */
export const showControlsInPainted = (text: string): string =>
  text.replaceAll(controlsOrPaint, (control, paint?: string) => paint ?? show(control));

/** JSON names the others itself, and some terminals heed these as well. */
export const showControlsInJson = (json: string): string =>
  json.replaceAll(/[\x7f-\x9f]/g, (control) => `\\u00${control.charCodeAt(0).toString(16)}`);
