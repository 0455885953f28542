/** What an act changed, in a line: `state active → paused, reason ann`. */

/** A subject's state as the audit keeps it, before the act and after. */
export const formatChange = (before: object = {}, after: object = {}): string => {
  const was = new Map(Object.entries(before));
  const is = new Map(Object.entries(after));
  return [...new Set([...was.keys(), ...is.keys()])].map((part) => describePart(part, was, is)).join(', ');
};

const describePart = (part: string, was: Map<string, unknown>, is: Map<string, unknown>): string => {
  if (!was.has(part)) return `${part} ${toText(is.get(part))}`;
  if (!is.has(part)) return `${part} ${toText(was.get(part))}`;
  return `${part} ${toText(was.get(part))} → ${toText(is.get(part))}`;
};

const toText = (value: unknown): string => {
  if (value === null) return 'none';
  if (Array.isArray(value)) return value.map(toText).join(' ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
