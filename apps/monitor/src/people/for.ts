/** Of a route: who may ask. */
export const forAdmins = { config: { role: 'admin' } } as const;

/** Writes, too. */
export const forEverybody = { config: { role: 'viewer' } } as const;
