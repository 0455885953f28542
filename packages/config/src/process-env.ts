/** The process' own environment: the only place that looks at it. */
export const processEnv = (): NodeJS.ProcessEnv => process.env;
