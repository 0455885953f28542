/** the command line: quail */
export {};
