/** What went wrong with a request, as a code that people can look up and a text without personal data. */
import { scrub } from '@quailrunner/domain';

export interface NamedFault {
  readonly code: string;
  readonly reason: string;
}

/** undici's own codes in words; those of the system, of TLS and of ours are kept as they are. */
const codes: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'CONNECT_TIMEOUT',
  UND_ERR_SOCKET: 'CONNECTION_CLOSED',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'CONNECTION_CLOSED',
  UND_ERR_HEADERS_OVERFLOW: 'MALFORMED_ANSWER',
  HTTPParserError: 'MALFORMED_ANSWER',
  UND_ERR_INVALID_ARG: 'REQUEST_INVALID',
  UND_ERR_NOT_SUPPORTED: 'REQUEST_INVALID',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'REQUEST_INVALID',
};

export const nameFault = (fault: unknown): NamedFault => {
  const error = fault instanceof Error ? fault : new Error(String(fault));
  const own = (error as { code?: unknown }).code;
  const code = typeof own === 'string' ? own : error.name;
  return {
    code: codes[code] ?? (code.startsWith('HPE_') ? 'MALFORMED_ANSWER' : code),
    reason: scrub(messageOf(error)),
  };
};

/**
 * OpenSSL's errors say in `reason` what their message buries in numbers. A host with several addresses, none of which
 * answered, gives an AggregateError without a message of its own.
 */
const messageOf = (error: Error & { reason?: unknown }): string => {
  if (typeof error.reason === 'string') return error.reason;
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return error.message || (first instanceof Error ? first.message : '') || error.name;
};
