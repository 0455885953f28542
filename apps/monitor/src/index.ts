/** the browser side: sign-in, status, Bull Board, health */
export {};
