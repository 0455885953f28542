import { describe, expect, it } from 'vitest';
import { isActorName } from './actor.js';

describe('the name of a user or a token', () => {
  it.each(['a', 'ann', 'Ann.Lee', 'ann@example.com', 'ci-2', 'x'.repeat(63)])('%s is one', (name) => {
    expect(isActorName(name)).toBe(true);
  });

  it.each(['', ' ann', 'ann ', 'ann lee', '-ann', 'ann/', 'a\nb', 'ännchen', '+15005550006', 'x'.repeat(64)])(
    '%j is none',
    (name) => {
      expect(isActorName(name)).toBe(false);
    },
  );
});
