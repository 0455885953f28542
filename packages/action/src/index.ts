/** templates and bodies: parse, validate, render */
export {};
