/** How many segments a text takes: 3GPP TS 23.038 (GSM-7 and its extension table), else UCS-2. */

const gsm = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€\f]*$/;
/** Characters that take two places of GSM-7. */
const gsmExtension = /[\^{}\\[~\]|€\f]/g;

export const countSegments = (body: string): number => {
  if (gsm.test(body)) return segments(body.length + (body.match(gsmExtension)?.length ?? 0), 160, 153);
  return segments(body.length, 70, 67);
};

/** A text of several segments loses some places of each to the header that joins them. */
const segments = (length: number, single: number, joined: number): number =>
  length <= single ? 1 : Math.ceil(length / joined);
