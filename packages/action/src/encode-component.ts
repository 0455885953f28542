/** Percent-encoding of one component; half a surrogate pair, which no UTF-8 has, becomes U+FFFD. */
export const encodeComponent = (text: string): string => {
  try {
    return encodeURIComponent(text);
  } catch {
    return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\ufffd'));
  }
};
