/** The headers of an action: names checked, values compiled. */

import { placeHeader } from './place/text.js';
import { compileTemplate } from './template/compile-template.js';
import { type Part, report } from './template/part.js';
import type { Template } from './template/pieces.js';
import type { Emit } from './template/run.js';
import type { Names } from './template/scope.js';

export interface CompiledHeader {
  readonly name: string;
  readonly part: Part;
  readonly template: Template;
  readonly emit: Emit;
}

/** The token of RFC 9110. */
const token = /^[\w!#$%&'*+.^`|~-]+$/;

/** What the HTTP client writes itself: a second one would break the request or hang it. */
const reserved = new Set(
  'connection content-length expect host keep-alive te trailer transfer-encoding upgrade'.split(' '),
);

export const compileHeaders = (parts: ReadonlyMap<string, Part>, names: Names): CompiledHeader[] => {
  const seen = new Set<string>();
  return [...parts].flatMap(([name, part]) => {
    checkName(name, part, seen);
    seen.add(name.toLowerCase());
    const template = compileTemplate(part, names);
    return template === undefined ? [] : [{ name, part, template, emit: placeHeader(part, template.pieces) }];
  });
};

const checkName = (name: string, part: Part, seen: ReadonlySet<string>): void => {
  const problem = (message: string, mend: string) => report(part, 0, { code: 'ACTION_HEADER', message, mend });
  if (!token.test(name)) problem(`"${name}" is no name of a header`, 'a name has letters, digits and "-"');
  else if (reserved.has(name.toLowerCase())) problem(`${name} is set by us`, 'leave it out');
  else if (seen.has(name.toLowerCase())) problem(`${name} is there twice`, 'leave one of them out');
};
