/** Work that takes much of somebody else: so many at a time, and whoever comes then is told to come again. */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result | 'busy'>;

export const openTurns = (mostAtOnce: number): InTurn => {
  let underWay = 0;
  return async (work) => {
    if (underWay >= mostAtOnce) return 'busy';
    underWay += 1;
    try {
      return await work();
    } finally {
      underWay -= 1;
    }
  };
};
