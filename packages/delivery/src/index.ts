/** HTTP out: the POST of the hot path, calls to APIs, target guard, limits, outcome */
export {};
