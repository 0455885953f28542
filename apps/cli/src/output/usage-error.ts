/** What a person gets to read when arguments are not understood: `"abc" is not a run's id: …`. */

const invalidArgument = /^error: command-argument value '(.*)' is invalid for argument '[^']*'\. /s;
const invalidOption = /^error: option '(?:-\w, )?(--[^\s']+)[^']*' argument '(.*)' is invalid\. /s;

/** Commander's sentence before ours, which goes on after the value, is turned into the value; its others read well. */
export const describeUsageError = (text: string): string =>
  text
    .replace(invalidArgument, (_, value: string) => `quail: "${value}" `)
    .replace(invalidOption, (_, option: string, value: string) => `quail: ${option}: "${value}" `)
    .replace(/^error: /, 'quail: ');
