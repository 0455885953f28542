/** The user's database: checks predicates and reads entities; writes nothing, ever. */
export { checkPredicate, type PredicateColumn } from './check-predicate.js';
export { explainPredicate, type PredicatePlan, type WholeRead } from './explain-predicate.js';
export { openSources, type SourceOptions, type Sources } from './open-sources.js';
export { PredicateFault } from './predicate-fault.js';
export { duplicateKeys, type PredicateText, readEntities, readFirstEntities } from './read-entities.js';
export { rereadEntities } from './reread-entities.js';
