/** What a form of ours sent, and what an address of ours names. */

/** One of the ledger's bigints. */
export const ledgerId = /^[1-9]\d{0,17}$/;
export const isLedgerId = (text: string): boolean => ledgerId.test(text);

/** The texts of a field that may stand there several times: checkboxes. */
export const fieldsOf = (body: unknown, name: string): string[] => {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  return [value].flat().filter((text) => typeof text === 'string');
};

/** The field's text; '' where it isn't there. */
export const fieldOf = (body: unknown, name: string): string => {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : '';
};
