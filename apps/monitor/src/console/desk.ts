/** What a person needs who writes a task or asks for a plan: the sources, the secrets' names and values, the prices. */
import type { Prices } from '@quailrunner/domain';
import { openSources, type Sources } from '@quailrunner/source';
import { type InTurn, openTurns } from './turns.js';

export interface Desk {
  /** For plans: a million rows are read in one go. */
  readonly sources: Sources;
  /** For whoever types, and waits: a statement ends after a few seconds. */
  readonly quickSources: Sources;
  /** Plans read whole tables of somebody else's database: two at a time are enough. */
  readonly planning: InTurn;
  readonly secrets: Readonly<Record<string, string>>;
  readonly prices?: Prices;
  readonly scanIntervalMs: number;
  close(): Promise<void>;
}

export interface DeskOptions {
  readonly sources?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly prices?: Prices;
  readonly scanIntervalMs?: number;
}

const plansAtOnce = 2;
const planTimeoutMs = 120_000;
const quickTimeoutMs = 5_000;

/** Connects with the first question. */
export const openDesk = ({ sources = {}, secrets = {}, prices, scanIntervalMs = 10_000 }: DeskOptions): Desk => {
  const slow = openSources(sources, { statementTimeoutMs: planTimeoutMs, maxConnections: 2 });
  const quick = openSources(sources, { statementTimeoutMs: quickTimeoutMs, maxConnections: 2 });
  return {
    sources: slow,
    quickSources: quick,
    planning: openTurns(plansAtOnce),
    secrets,
    scanIntervalMs,
    ...(prices && { prices }),
    close: async () => void (await Promise.all([slow.close(), quick.close()])),
  };
};
