/**
 * Send: one POST, from the pool's queue to its outcome. render → **send** → record.
 *
 * undici calls `onRequestStart` right before it writes the request's first byte. Whatever ends before that call was
 * certainly not sent; whatever ends after it without a whole answer is unanswered. A second call would be a second sending
 * of the same request: it is refused.
 */
import type { Outcome } from '@quailrunner/domain';
import type { Dispatcher } from 'undici';
import { nameFault } from './name-fault.js';

/** What is kept of an answer's body; the rest is not read. */
const maxBodyBytes = 64 * 1_024;

export interface ExchangeLimits {
  readonly timeoutMs: number;
  /** In ms since the epoch: the wall clock goes on while a process is frozen. */
  readonly leaveBefore?: number;
}

export class Exchange implements Dispatcher.DispatchHandler {
  readonly #onOutcome: (outcome: Outcome) => void;
  readonly #startedAt = performance.now();
  readonly #timeoutMs: number;
  readonly #leaveBefore: number;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #isOver = false;
  #status = 0;
  #headers: Dispatcher.ResponseData['headers'] = {};
  #body: Buffer[] = [];
  #bodyBytes = 0;

  /** `onOutcome` is called once, within `timeoutMs`. */
  constructor({ timeoutMs, leaveBefore }: ExchangeLimits, onOutcome: (outcome: Outcome) => void) {
    this.#onOutcome = onOutcome;
    this.#timeoutMs = timeoutMs;
    this.#leaveBefore = leaveBefore ?? Number.POSITIVE_INFINITY;
    this.#timer = setTimeout(Exchange.#expire, timeoutMs, this);
  }

  static #expire(exchange: Exchange): void {
    exchange.giveUp('TIMEOUT', `within ${exchange.#timeoutMs} ms`);
  }

  /** Ends the exchange now; what it had come to is said in front of `reason`. */
  giveUp(code: string, reason: string): void {
    if (this.#isOver) return;
    const stage =
      this.#controller === undefined ? 'no connection' : this.#status === 0 ? 'no answer' : 'no whole answer';
    this.#fail(code, `${stage} ${reason}`);
    this.#controller?.abort(new Error(code));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (Date.now() > this.#leaveBefore) this.#fail('TOO_LATE', 'the request was not to leave any more');
    if (this.#isOver || this.#controller !== undefined) controller.abort(new Error('given up or sent already'));
    else this.#controller = controller;
  }

  onResponseStart(_: unknown, status: number, headers: Dispatcher.ResponseData['headers']): void {
    if (status < 200) return; // Early hints and the like; the answer is still to come.
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = maxBodyBytes - this.#bodyBytes;
    this.#bodyBytes += Math.min(room, chunk.length);
    this.#body.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    if (chunk.length <= room) return;
    this.#answer();
    controller.abort(new Error('the rest of the answer is not wanted'));
  }

  onResponseEnd(): void {
    this.#answer();
  }

  onResponseError(_: unknown, error: Error): void {
    const { code, reason } = nameFault(error);
    this.#fail(code, reason);
  }

  #answer(): void {
    const [first] = this.#body;
    const body = (this.#body.length === 1 ? first : Buffer.concat(this.#body))?.toString() ?? '';
    const headers = joinValues(this.#headers);
    this.#end({ kind: 'answered', status: this.#status, headers, body, durationMs: this.#durationMs() });
  }

  #fail(code: string, reason: string): void {
    const kind = this.#controller === undefined ? 'not-sent' : 'unanswered';
    this.#end({ kind, code, reason, durationMs: this.#durationMs() });
  }

  #end(outcome: Outcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#body = [];
    this.#onOutcome(outcome);
  }

  #durationMs(): number {
    return performance.now() - this.#startedAt;
  }
}

/** Names are lower-case already; values of a name that came several times are joined as RFC 9110, section 5.3 allows. */
const joinValues = (headers: Dispatcher.ResponseData['headers']): Record<string, string> => {
  const joined: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) joined[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return joined;
};
