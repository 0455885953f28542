/** Permit: one message's turn in its lane, from the gate until its answer is judged. */
import { setTimeout as sleep } from 'node:timers/promises';
import { paceLaw } from '@quailrunner/domain';
import type { Slot, Stop, ToldSlot, Wait, Word } from './gate-state.js';

export interface Permit {
  /** It tries alone whether the lane is well: others wait for its answer. */
  readonly isProbe: boolean;
  /**
   * Waits for the slot, right before the request leaves. Whoever comes too late for it gets another one. False when there is
   * none before `deadline` (in ms since the epoch), or the lane closes: the request must not leave then.
   */
  arrive(deadline: number): Promise<boolean>;
  /** Nothing leaves under this permit: the turn is somebody else's. */
  giveBack(): void;
  /** What came of the message. Returns how the lane is stopped, to the one of many who is to write that down. */
  tell(word: Word): Promise<Stop | undefined>;
}

interface Deps {
  /** `undefined` once the gate is closed. */
  readonly again: (cost: number) => Promise<Slot | Wait | undefined>;
  /** It could leave, so long after it got its slot. */
  readonly ready: (afterMs: number) => void;
  readonly leave: () => void;
  readonly giveBack: (slot: Slot) => void;
  readonly tell: (slot: Slot & ToldSlot, word: Word) => Promise<Stop | undefined>;
}

/**
 * As late as a request may leave in its slot: the share of a step by which slots are further apart than the rate asks for
 * (domain's paceLaw), and at least this. It doubles with each slot missed, or a busy machine would send nothing at all.
 */
const mostLateMs = 15;
const lateShare = paceLaw.spread - 1;
/** At most, so that a close is seen. */
const longestWaitMs = 250;

export const openPermit = (first: Slot, { again, ready, leave, giveBack, tell }: Deps): Permit => {
  const openedAt = performance.now();
  let slot = first;
  let isOver = false;
  let leftAt: number | undefined;

  const another = async (deadline: number): Promise<Slot | undefined> => {
    for (let passed = await again(slot.cost); passed !== undefined; passed = await again(slot.cost)) {
      if (passed.kind === 'go') return passed;
      if (Date.now() + passed.ms > deadline) return undefined;
      await sleep(Math.min(longestWaitMs, Math.ceil(passed.ms)));
    }
    return undefined;
  };

  return {
    get isProbe() {
      return slot.isProbe;
    },
    arrive: async (deadline) => {
      ready(performance.now() - openedAt);
      // Who tries alone is not followed before its answer, however late it leaves.
      for (let lateMs = Math.max(mostLateMs, slot.stepMs * lateShare); slot.isPaced && !slot.isProbe; lateMs *= 2) {
        await untilTime(slot.at);
        if (performance.now() - slot.earliest <= lateMs) break;
        const next = await another(deadline);
        if (next === undefined) return false;
        slot = next;
      }
      if (slot.isPaced) await untilTime(slot.at);
      leftAt = performance.now();
      leave();
      return true;
    },
    giveBack: () => {
      if (isOver) return;
      isOver = true;
      giveBack(slot);
    },
    tell: async (word) => {
      if (isOver) return undefined;
      isOver = true;
      return tell(leftAt === undefined ? slot : { ...slot, leftMs: performance.now() - leftAt }, word);
    },
  };
};

const untilTime = async (time: number): Promise<void> => {
  for (let ms = time - performance.now(); ms > 0; ms = time - performance.now()) await sleep(Math.ceil(ms));
};
