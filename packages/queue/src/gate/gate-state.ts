/** The gate's two questions to Redis, typed. */
import { paceLaw } from '@quailrunner/domain';
import type { Redis } from 'ioredis';
import { keyPrefix, queueNameOf } from '../names.js';
import { passScript, tellScript } from './gate-scripts.js';

/** What limits a lane, as the ledger has it. Times are told as of `readAt`, by this process' clock. */
export interface LaneLimits {
  /** Units a second: segments at Twilio, requests elsewhere. Absent: no limit. */
  readonly ratePerSecond?: number;
  /** How long nothing may leave. */
  readonly backoffMs?: number;
  /** A lane that was told to slow down: domain's SlowedLane, `since` as an age. */
  readonly slowed?: { readonly pace: number; readonly forMs: number; readonly ceiling: number };
  /** `performance.now()` when this was read. */
  readonly readAt?: number;
}

export type Passed =
  | {
      readonly kind: 'go';
      /** From the moment of asking. */
      readonly inMs: number;
      readonly round: string;
      readonly isProbe: boolean;
      readonly isPaced: boolean;
      /** From one message of one unit to the next, at the pace of now. */
      readonly stepMs: number;
    }
  | { readonly kind: 'wait'; readonly ms: number };

export type Wait = Extract<Passed, { kind: 'wait' }>;

export interface Slot extends Omit<Extract<Passed, { kind: 'go' }>, 'inMs'> {
  readonly cost: number;
  /** When it is, by this process' clock: surely not before `earliest`, and surely by `at`. */
  readonly earliest: number;
  readonly at: number;
}

export interface Stop {
  /** How long nothing leaves in this lane. */
  readonly backoffMs: number;
  /** After a throttle: messages a second from then on, and what that grows back to. */
  readonly slowed?: { readonly pace: number; readonly ceiling: number };
}

/** What came of a message, as far as it matters to its lane. */
export type Word =
  /** The receiver dealt with it, whatever it said. */
  | { readonly kind: 'good' }
  /** Nothing can be said of the lane. */
  | { readonly kind: 'unclear' }
  | { readonly kind: 'throttled'; readonly retryAfterMs?: number }
  | { readonly kind: 'unreachable' }
  /** No other message would fare better: the lane is about to be held. */
  | { readonly kind: 'fault' };

/** A process that died while it tried for its lane keeps the others waiting so long. */
const leaseMs = 20_000;
/** After so long without a message one tries first again, before many leave. */
const idleMs = 30_000;
/** Until every worker has seen that the lane is held. */
const faultMs = 2_000;

export interface GateState {
  pass(cost: number, limits: LaneLimits, own: OwnTimes): Promise<Passed>;
  /** `undefined`: nothing to do for the one who tells. */
  tell(word: Word, slot: ToldSlot, lane: LaneSpeed): Promise<Stop | undefined>;
}

/** What only this process knows. */
export interface OwnTimes {
  readonly sinceOwnSlotMs: number;
  /** How long its messages take lately from their slot's grant to where they could leave. */
  readonly leadMs: number;
  /** How far ahead it takes a slot. */
  readonly horizonMs: number;
}

export interface ToldSlot extends Pick<Slot, 'round' | 'isProbe'> {
  /** Since when its request is under way; absent where none left. */
  readonly leftMs?: number;
}

export interface LaneSpeed {
  readonly ratePerSecond: number | undefined;
  /** Messages a second that this process sent lately. */
  readonly observed: number;
}

interface Scripts {
  passLane(key: string, ...values: (string | number)[]): Promise<string[]>;
  tellLane(key: string, ...values: (string | number)[]): Promise<string[]>;
}

export const openGateState = (redis: Redis, laneId: number): GateState => {
  const key = `${keyPrefix}:${queueNameOf(laneId)}:gate`;
  const scripts = withScripts(redis);
  return {
    pass: async (cost, limits, { sinceOwnSlotMs, leadMs, horizonMs }) => {
      const age = performance.now() - (limits.readAt ?? 0);
      const { slowed } = limits;
      const [kind, ms, round = '', probe, paced, step] = await scripts.passLane(
        key,
        ...[
          limits.ratePerSecond ?? 0,
          cost,
          horizonMs,
          leaseMs,
          idleMs,
          paceLaw.spread,
          paceLaw.growMs,
          sinceOwnSlotMs,
        ],
        ...[Math.max(0, (limits.backoffMs ?? 0) - age)],
        ...[slowed?.pace ?? 0, (slowed?.forMs ?? 0) + age, slowed?.ceiling ?? 0],
        leadMs,
      );
      if (kind !== 'go') return { kind: 'wait', ms: Number(ms) };
      const [isProbe, isPaced] = [probe === 'probe', paced === 'paced'];
      return { kind, inMs: Number(ms), round, isProbe, isPaced, stepMs: Number(step) };
    },
    tell: async (word, { round, isProbe, leftMs = -1 }, { ratePerSecond = 0, observed }) => {
      const asked = word.kind === 'throttled' ? Math.min(paceLaw.mostAskedMs, word.retryAfterMs || 0) : 0;
      const [kind, backoff, pace, ceiling] = await scripts.tellLane(
        key,
        ...[word.kind, round, isProbe ? 1 : 0, ratePerSecond, asked, Math.max(1, observed), idleMs],
        ...stopLaw(word),
        ...[paceLaw.growMs, paceLaw.floor, leftMs],
      );
      if (kind !== 'stop' && kind !== 'longer') return undefined;
      const slowed = pace === undefined ? {} : { slowed: { pace: Number(pace), ceiling: Number(ceiling) } };
      return { backoffMs: Number(backoff), ...slowed };
    },
  };
};

const stopLaw = ({ kind }: Word): [firstMs: number, maxMs: number, afterFailures: number] => {
  if (kind === 'fault') return [faultMs, faultMs, 1];
  const { firstMs, maxMs } = kind === 'unreachable' ? paceLaw.unreachable : paceLaw.throttle;
  return [firstMs, maxMs, paceLaw.unreachable.afterFailures];
};

const withScripts = (redis: Redis): Scripts => {
  if (!('passLane' in redis)) {
    redis.defineCommand('passLane', { numberOfKeys: 1, lua: passScript });
    redis.defineCommand('tellLane', { numberOfKeys: 1, lua: tellScript });
  }
  return redis as unknown as Scripts;
};
