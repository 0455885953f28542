/** Health: asks all of an app's checks at once, each with a limit, so that a store that hangs can't hang the answer. */

export type HealthCheck = () => Promise<unknown>;

export interface Health {
  /** All checks are. */
  readonly ok: boolean;
  readonly checks: Readonly<Record<string, CheckResult>>;
}

export interface CheckResult {
  readonly ok: boolean;
  readonly durationMs: number;
  /** Only a code, since anybody may ask: a fault's message may name hosts and users. */
  readonly code?: string;
}

/** Never rejects. A check that takes longer than `timeoutMs` has failed, with the code TIMEOUT. */
export const checkHealth = async (
  checks: Readonly<Record<string, HealthCheck>>,
  timeoutMs = 2_000,
): Promise<Health> => {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await perform(check, timeoutMs)] as const),
  );
  return { ok: results.every(([, { ok }]) => ok), checks: Object.fromEntries(results) };
};

const perform = async (check: HealthCheck, timeoutMs: number): Promise<CheckResult> => {
  const startedAt = performance.now();
  const durationMs = (): number => Math.round(performance.now() - startedAt);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CheckResult>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, durationMs: durationMs(), code: 'TIMEOUT' }), timeoutMs);
  });
  const checked = (async () => check())().then(
    () => ({ ok: true, durationMs: durationMs() }),
    (fault) => ({ ok: false, durationMs: durationMs(), code: codeOf(fault) }),
  );
  try {
    return await Promise.race([checked, late]);
  } finally {
    clearTimeout(timer);
  }
};

const codeOf = (fault: unknown): string => {
  const code = (fault as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : 'FAILED';
};
