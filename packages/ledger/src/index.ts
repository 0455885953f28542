/** the quailrunner schema: migrations, one file per write, reads */
export {};
