/** A store that hangs must not gather questions: who asks meanwhile shares the one that is under way. */
export const oneAtATime = <Result>(ask: () => Promise<Result>): (() => Promise<Result>) => {
  let underWay: Promise<Result> | undefined;
  return () => {
    underWay ??= ask().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
};
