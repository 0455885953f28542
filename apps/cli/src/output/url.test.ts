import { describe, expect, it } from 'vitest';
import { maskUrl } from './url.js';

const messages = 'api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json';

describe('maskUrl', () => {
  it.each([
    [`https://${messages}`, `https://${messages}`],
    [`https://AC1:token@${messages}?key=secret`, `https://•••@${messages}?•••`],
    ['https://hooks.example.com/services/T00/B00/secret', 'https://hooks.example.com/•••'],
    ['https://hooks.example.com:8443/secret?token=secret#secret', 'https://hooks.example.com:8443/•••'],
    ['https://user:secret@hooks.example.com/x', 'https://hooks.example.com/•••'],
    ['https://user:secret@more@hooks.example.com/x', 'https://hooks.example.com/•••'],
    ['https://hooks.example.com?token=secret', 'https://hooks.example.com/•••'],
    ['https://hooks.example.com\\secret', 'https://hooks.example.com/•••'],
    ['http://[::1]:8080/secret', 'http://[::1]:8080/•••'],
    ['https://{{.shop}}.example.com/{{ secrets.hook }}', 'https://{{.shop}}.example.com/•••'],
    ['https:secret', '/•••'],
  ])('shows %s as %s', (url, shown) => {
    expect(maskUrl(url)).toBe(shown);
  });
});
