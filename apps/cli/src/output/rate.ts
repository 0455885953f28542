/** `60/s`, `30/min`, as task files have it. */
export const formatRate = (ratePerSecond: number | undefined): string => {
  if (ratePerSecond === undefined) return 'no limit';
  return ratePerSecond >= 1 ? `${round(ratePerSecond)}/s` : `${round(ratePerSecond * 60)}/min`;
};

const round = (value: number): number => Math.round(value * 100) / 100;
