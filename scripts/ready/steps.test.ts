import { describe, expect, it } from 'vitest';
import { explain } from './steps.mjs';

describe('a step that failed', () => {
  it('says that the network is at fault when it is', () => {
    const said = explain('Installing packages', 'FetchError: getaddrinfo EAI_AGAIN registry.example');
    expect(said).toMatch(/can't be reached \(EAI_AGAIN\).*HTTPS_PROXY.*run the same command again/);
  });

  it('says that npx is missing when it is', () => {
    expect(explain('Building', 'npx: spawn npx ENOENT')).toMatch(/no npx on PATH/);
  });

  it('leaves any other reason to what the step itself said', () => {
    expect(explain('Building', 'error TS2305')).toBe('Building failed: what it said stands above.');
  });
});
