/**
 * Gate: what every message of a lane passes before it leaves, in whatever process. It keeps the lane's rate over all of them,
 * rests when the receiver asks for it or is away, and lets one try alone before many follow: at the start, after a rest, after
 * a hold. So a wrong token costs one request and not as many as there are hands.
 *
 * A lane without a rate is asked for ten times a second, not for each message.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Departures } from './departures.js';
import type { GateState, LaneLimits, OwnTimes, Slot, Stop, ToldSlot, Wait, Word } from './gate-state.js';
import { openPermit, type Permit } from './permit.js';

/** The gate closed before the message's turn came. */
export class GateClosed extends Error {}

interface Waiter {
  readonly cost: number;
  readonly resolve: (slot: Slot) => void;
  readonly reject: (fault: Error) => void;
}

/** An open lane without a rate is not asked again within. */
const freshMs = 100;
/** Slots are given out so far ahead at most, or twice as far as it takes to commit an attempt: a stop acts soon. */
const horizonMs = 100;
/** Who missed a slot takes one so much further ahead. */
const lateComersMs = 1_000;
/** A commit that takes longer is out of the ordinary. */
const mostLeadMs = 2_000;
/** Messages that may wait ahead of their slots in one process. */
const handsAhead = 20;
/** At most, so that a change is seen. */
const longestWaitMs = 500;
/** Redis is away; whoever lost it has said so. */
const away: Wait = { kind: 'wait', ms: 500 };

export class Gate {
  readonly #state: GateState;
  readonly #waiters: Waiter[] = [];
  /** Slots that their runs had no use for. */
  readonly #spares: Slot[] = [];
  readonly #departures = new Departures();
  #limits: LaneLimits;
  #isClosed = false;
  #isPumping = false;
  #wake: () => void = () => {};
  /** Of an open lane without a rate: until when nobody need be asked. */
  #open: { readonly round: string; readonly until: number } | undefined;
  #ownLast = Number.NEGATIVE_INFINITY;
  /** How long it takes lately from a slot's grant to where its message could leave. */
  #leadMs = 0;
  /** There was no connection: the next success must be told, so that failures count in a row only. */
  #hasFailed = false;

  constructor(state: GateState, limits: LaneLimits) {
    this.#state = state;
    this.#limits = limits;
  }

  /** Waits for the lane's turn. Throws GateClosed once the gate is closed: nothing was taken then. */
  async enter(cost: number): Promise<Permit> {
    if (this.#isClosed) throw new GateClosed();
    const isFree = this.#waiters.length === 0;
    const slot = (isFree ? this.#pass(cost) : undefined) ?? (await this.#queueUp(cost));
    return openPermit(slot, {
      again: (paid) => (this.#isClosed ? Promise.resolve(undefined) : this.#askAgain(paid)),
      ready: (afterMs) => this.#learnLead(afterMs),
      leave: () => this.#departures.add(),
      giveBack: (unused) => this.#giveBack(unused),
      tell: (used, word) => this.#tell(used, word),
    });
  }

  /** Rises fast and falls slowly: a slot that is missed is lost to the lane. */
  #learnLead(afterMs: number): void {
    this.#leadMs += (afterMs - this.#leadMs) * (afterMs > this.#leadMs ? 0.5 : 0.05);
  }

  /** A fast lane must not wait for its slowest messages: while one waits ahead of its slot, a hand is not free for others. */
  get #usefulLeadMs(): number {
    const { ratePerSecond = Number.POSITIVE_INFINITY } = this.#limits;
    return Math.min(mostLeadMs, this.#leadMs, (handsAhead * 1_000) / ratePerSecond);
  }

  setLimits(limits: LaneLimits): void {
    this.#limits = limits;
    this.#wake();
  }

  /** Messages that wait here. */
  get waiting(): number {
    return this.#waiters.length;
  }

  close(): void {
    this.#isClosed = true;
    for (const { reject } of this.#waiters.splice(0)) reject(new GateClosed());
    this.#wake();
    if (!this.#isPumping) this.#giveUpSpares();
  }

  #queueUp(cost: number): Promise<Slot> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ cost, resolve, reject });
      void this.#pump();
    });
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    for (let [head] = this.#waiters; head !== undefined; [head] = this.#waiters) {
      const slot = this.#takeSpare(head.cost) ?? this.#pass(head.cost) ?? (await this.#ask(head.cost));
      if (slot.kind === 'wait') await this.#rest(this.#spares.length > 0 ? 0 : slot.ms);
      else if (this.#waiters[0] === head) this.#waiters.shift()?.resolve(slot);
      else this.#spares.push(slot); // The gate was closed meanwhile.
    }
    this.#isPumping = false;
    this.#giveUpSpares();
  }

  #ask(cost: number): Promise<Slot | Wait> {
    return this.#askFor(cost, { leadMs: this.#usefulLeadMs, horizonMs: this.#horizonMs });
  }

  /** Its attempt is committed already, and others, who ask early, must not be before it time and again. */
  #askAgain(cost: number): Promise<Slot | Wait> {
    return this.#askFor(cost, { leadMs: 0, horizonMs: this.#horizonMs + lateComersMs });
  }

  get #horizonMs(): number {
    return Math.max(horizonMs, 2 * this.#usefulLeadMs);
  }

  async #askFor(cost: number, ahead: Pick<OwnTimes, 'leadMs' | 'horizonMs'>): Promise<Slot | Wait> {
    const askedAt = performance.now();
    const sinceOwnSlotMs = Math.min(1e9, askedAt - this.#ownLast);
    const passed = await this.#state.pass(cost, this.#limits, { sinceOwnSlotMs, ...ahead }).catch(() => away);
    if (passed.kind === 'wait') return passed;
    const { inMs, ...granted } = passed;
    const at = performance.now() + inMs;
    if (passed.isPaced) this.#ownLast = at;
    else if (!passed.isProbe) this.#open = { round: passed.round, until: askedAt + freshMs };
    return { ...granted, cost, at, earliest: askedAt + inMs };
  }

  #pass(cost: number): Slot | undefined {
    const now = performance.now();
    if (this.#open === undefined || this.#open.until < now) return undefined;
    const { round } = this.#open;
    return { kind: 'go', round, isProbe: false, isPaced: false, stepMs: 0, cost, at: now, earliest: now };
  }

  async #rest(ms: number): Promise<void> {
    const alarm = new AbortController();
    this.#wake = () => alarm.abort();
    await sleep(Math.min(longestWaitMs, Math.ceil(ms)), undefined, { signal: alarm.signal }).catch(() => {});
    this.#wake = () => {};
  }

  #takeSpare(cost: number): Slot | undefined {
    const now = performance.now();
    for (let slot = this.#spares.shift(); slot !== undefined; slot = this.#spares.shift()) {
      if (slot.isProbe || (slot.cost >= cost && slot.at >= now)) return slot;
    }
    return undefined;
  }

  #giveBack(slot: Slot): void {
    if (!slot.isPaced && !slot.isProbe) return;
    this.#spares.push(slot);
    this.#wake();
    if (!this.#isPumping) this.#giveUpSpares();
  }

  /** Nobody here wants them: a trial that nobody makes must not keep other processes waiting. */
  #giveUpSpares(): void {
    for (const slot of this.#spares.splice(0)) if (slot.isProbe) void this.#tell(slot, { kind: 'unclear' });
  }

  async #tell(slot: Slot & ToldSlot, word: Word): Promise<Stop | undefined> {
    const isGood = word.kind === 'good';
    if (!slot.isProbe && (word.kind === 'unclear' || (isGood && !this.#hasFailed))) return undefined;
    this.#hasFailed = word.kind === 'unreachable';
    if (!isGood) this.#open = undefined;
    const speed = { ratePerSecond: this.#limits.ratePerSecond, observed: this.#departures.perSecond() };
    const stop = await this.#state.tell(word, slot, speed).catch(() => undefined);
    this.#wake();
    return stop;
  }
}
