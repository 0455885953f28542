const secondsPer = { s: 1, sec: 1, second: 1, min: 60, m: 60, minute: 60, h: 3_600, hour: 3_600 } as const;

/** Reads `10/s`, `60/min`, `1000/h` into messages a second; `undefined` for anything else or for a rate of zero. */
export const parseRate = (text: string): number | undefined => {
  const match = /^(\d+(?:\.\d+)?)\s*\/\s*(s|sec|second|m|min|minute|h|hour)$/.exec(text.trim());
  if (!match) return undefined;
  const rate = Number(match[1]) / secondsPer[match[2] as keyof typeof secondsPer];
  return rate > 0 && Number.isFinite(rate) ? rate : undefined;
};
