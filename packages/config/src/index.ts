/** environment and task files to typed values; every mistake reported at once */
export {};
