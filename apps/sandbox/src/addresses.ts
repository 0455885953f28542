/** The forms an address may have at Twilio: E.164 numbers, short codes, alphanumeric senders, channels. */

/** 7 to 15 digits after the plus; a number of the North American plan has eleven. */
const e164 = /^\+(?:1\d{10}|[2-9]\d{6,14})$/;
const shortCode = /^\d{3,8}$/;
const alphanumericSender = /^(?=.*[A-Za-z])[A-Za-z0-9 _+&-]{1,11}$/;
const channel = /^(?:whatsapp|rcs|messenger):(.+)$/;

export const isRecipient = (address: string): boolean => e164.test(address) || isChannelAddress(address);

export const isSender = (address: string): boolean =>
  e164.test(address) || shortCode.test(address) || alphanumericSender.test(address) || isChannelAddress(address);

const isChannelAddress = (address: string): boolean => {
  const inner = channel.exec(address)?.[1];
  if (inner === undefined) return false;
  return address.startsWith('whatsapp:') ? e164.test(inner) : true;
};
