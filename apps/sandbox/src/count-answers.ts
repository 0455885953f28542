/** How often a POST was answered how: by Twilio's code, by HTTP status, or `dropped`. */
export interface AnswerCounts {
  add(countedAs: string): void;
  read(): Readonly<Record<string, number>>;
  clear(): void;
}

export const openAnswerCounts = (): AnswerCounts => {
  const counts = new Map<string, number>();
  return {
    add: (countedAs) => void counts.set(countedAs, (counts.get(countedAs) ?? 0) + 1),
    read: () => Object.fromEntries(counts),
    clear: () => counts.clear(),
  };
};
