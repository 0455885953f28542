/** what we know of Twilio: verdicts, senders, parameters, look-up */
export {};
