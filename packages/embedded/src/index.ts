/** PostgreSQL and Redis started by us, for demo and tests */
export {};
