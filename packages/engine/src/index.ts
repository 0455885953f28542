/** the steps of the one way a message takes */
export {};
