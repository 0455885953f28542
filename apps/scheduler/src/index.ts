/** scans predicates, claims entities, feeds lanes */
export {};
