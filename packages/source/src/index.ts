/** the user's database: check a predicate, read entities */
export {};
