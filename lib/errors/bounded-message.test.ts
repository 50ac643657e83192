import { describe, expect, it } from 'vitest';
import { boundedMessage } from './bounded-message.ts';

describe('a message that is kept', () => {
  it('stays as it is up to the bound, and is cut with an ellipsis beyond it', () => {
    expect(boundedMessage('abcd', 4)).toBe('abcd');
    expect(boundedMessage('abcde', 4)).toBe('abc…');
    expect(boundedMessage('x'.repeat(5_000))).toHaveLength(4_000);
    expect(boundedMessage(null)).toBeNull();
  });

  it('is not cut within a character', () => {
    expect(boundedMessage('ab😀cd', 4)).toBe('ab…');
    expect(boundedMessage('a😀cd', 4)).toBe('a😀…');
  });
});
