/** event catalogue and redacting logger */
export {};
