/** Starts the stores that tests use. */
export const setup = async (): Promise<void> => {};
