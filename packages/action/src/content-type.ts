/** What a body is, by the action's header Content-Type. */
import { type Part, report } from './template/part.js';

export type BodyKind = 'form' | 'json' | 'markup' | 'plain';

/** `undefined` after a mistake was reported. */
export const readBodyKind = (header: Part | undefined, body: Part): BodyKind | undefined => {
  if (body.source === '') return 'plain';
  if (header === undefined) {
    reportMissing(body);
    return undefined;
  }
  const [type = '', ...parameters] = header.source.toLowerCase().split(';');
  const kind = kindOf(type.trim());
  const charset = parameters.map((text) => /^\s*charset\s*=\s*"?([^"\s]*)"?\s*$/.exec(text)?.[1]).find(Boolean);
  const problem = (message: string, mend: string) => report(header, 0, { code: 'ACTION_CONTENT_TYPE', message, mend });
  if (/[{][{%]/.test(type)) {
    problem("the content type can't come from a row or a secret", 'write it out: it decides how values are encoded');
  } else if (kind === undefined) {
    problem(
      `"${type.trim()}" is no content type that can be sent`,
      'write application/x-www-form-urlencoded, application/json or text/plain',
    );
  } else if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    problem('bodies are sent as UTF-8', 'leave the charset out, or write charset=utf-8');
  } else {
    return kind;
  }
  return undefined;
};

const kindOf = (type: string): BodyKind | undefined => {
  if (type === 'application/x-www-form-urlencoded') return 'form';
  if (type === 'application/json' || type === 'text/json' || type.endsWith('+json')) return 'json';
  if (type === 'application/xml' || type === 'text/xml' || type === 'text/html' || type.endsWith('+xml'))
    return 'markup';
  if (type.startsWith('multipart/')) return undefined;
  return /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(type) ? 'plain' : undefined;
};

const reportMissing = (body: Part): void =>
  report(body, 0, {
    code: 'ACTION_CONTENT_TYPE',
    message: 'nothing says what this body is',
    mend: `add the header Content-Type: ${guessType(body.source.trim())}`,
  });

const guessType = (body: string): string => {
  if (/^[{[](?![{%#])/.test(body)) return 'application/json';
  if (body.startsWith('<')) return 'application/xml';
  return /^[^\s={]+=/.test(body) ? 'application/x-www-form-urlencoded' : 'text/plain';
};
