/**
 * Who does not answer: after ten looks in a row that came to nothing, the others of the same address are put off without
 * being made, so that thousands of them don't wait for their time-outs one after the other, and keep everybody else waiting.
 */
export interface Silences {
  isSilent(address: string): boolean;
  /** What a look came to. */
  note(address: string, wasSilent: boolean): void;
}

const enough = 10;

export const openSilences = (): Silences => {
  const inARow = new Map<string, number>();
  return {
    isSilent: (address) => (inARow.get(address) ?? 0) >= enough,
    note: (address, wasSilent) => void inARow.set(address, wasSilent ? (inARow.get(address) ?? 0) + 1 : 0),
  };
};
