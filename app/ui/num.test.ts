import { describe, expect, it } from 'vitest';
import { countOf, formatBytes, formatDuration, formatRelative, formatShare } from './num.tsx';

describe('numbers in words', () => {
  it('writes bytes in the largest fitting unit', () => {
    expect(formatBytes(0)).toBe('0 B');
    expect(formatBytes(1536)).toBe('1.5 KB');
    expect(formatBytes(50 * 1024 * 1024)).toBe('50.0 MB');
    expect(formatBytes(512 * 1024)).toBe('512 KB');
  });

  it('never shows something as nothing, nor nearly all as all', () => {
    expect(formatShare(1133, 1135)).toBe('> 99 %');
    expect(formatShare(10, 10)).toBe('100 %');
    expect(formatShare(1, 100_000)).toBe('< 0.1 %');
    expect(formatShare(0, 10)).toBe('0 %');
    expect(formatShare(0, 0)).toBe('0 %');
    expect(formatShare(1, 3)).toBe('33 %');
    expect(formatShare(7, 1000)).toBe('0.7 %');
  });

  it('writes durations in two units', () => {
    expect(formatDuration(850)).toBe('850 ms');
    expect(formatDuration(12_400)).toBe('12 s');
    expect(formatDuration(185_000)).toBe('3 min 05 s');
    expect(formatDuration(7_800_000)).toBe('2 h 10 min');
    expect(formatDuration(4 * 86_400_000 + 3 * 3_600_000)).toBe('4 d 3 h');
  });

  it('counts with the right word', () => {
    expect(countOf(1, 'item')).toBe('1 item');
    expect(countOf(1200, 'item')).toBe('1,200 items');
    expect(countOf(0, 'entry', 'entries')).toBe('0 entries');
  });
});

describe('relative times', () => {
  const now = Date.parse('2026-03-01T12:00:00.000Z');
  const at = (ms: number) => new Date(now + ms).toISOString();

  it('says how long ago, and how long until', () => {
    expect(formatRelative(at(-400), now)).toBe('just now');
    expect(formatRelative(at(-42_000), now)).toBe('42 s ago');
    expect(formatRelative(at(-5 * 60_000), now)).toBe('5 min ago');
    expect(formatRelative(at(3 * 3_600_000), now)).toBe('in 3 h');
    expect(formatRelative(at(-36 * 3_600_000), now)).toBe('36 h ago');
    expect(formatRelative(at(-10 * 86_400_000), now)).toBe('10 d ago');
  });

  it('gives the date once days say too little', () => {
    expect(formatRelative(at(-90 * 86_400_000), now)).toBe('2025-12-01');
  });
});
