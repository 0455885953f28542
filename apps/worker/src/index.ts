/** renders, posts, records */
export {};
