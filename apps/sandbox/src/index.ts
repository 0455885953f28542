/** a simulator of Twilio's Messages API */
export {};
