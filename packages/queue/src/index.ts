/** BullMQ: lanes, jobs, limits */
export {};
