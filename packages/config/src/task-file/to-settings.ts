/** Settings as they were given, with what they are when they aren't, as the rest of the product knows them. */
import type { TaskSettings } from '@quailrunner/domain';
import type { z } from 'zod';
import type { taskSettings } from './task-settings.js';

export const toSettings = (
  given: z.infer<typeof taskSettings>,
  ownName: string,
  scanIntervalMs: number,
): TaskSettings => ({
  name: given.name ?? ownName,
  source: given.source,
  everyMs: given.every ?? scanIntervalMs,
  action: given.action,
  retries: given.retries,
  backoff: {
    firstMs: given.backoff.first,
    factor: given.backoff.factor,
    maxMs: given.backoff.max,
    jitter: given.backoff.jitter,
  },
  recheck: given.recheck,
  timeoutMs: given.timeout,
  success: given.success,
  ...(given.rate === undefined ? {} : { ratePerSecond: given.rate }),
  ...(given.defaultRegion === undefined ? {} : { defaultRegion: given.defaultRegion }),
  ...(given.lane === undefined ? {} : { lane: given.lane }),
  ...(given.onChange === undefined ? {} : { onChange: given.onChange }),
  ...(given.onUnknown === undefined ? {} : { onUnknown: given.onUnknown }),
  ...(given.signWith === undefined ? {} : { signWith: given.signWith }),
  ...(given.sharedSecret === undefined ? {} : { sharedSecret: given.sharedSecret }),
});
