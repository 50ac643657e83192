import { describe, expect, it } from 'vitest';
import { type FileRow, roomOf, type VolumeRow } from './room.ts';

const gb = 1_024 ** 3;
const file = (over: Partial<FileRow> = {}): FileRow => ({
  file_id: 1,
  bytes: 10 * gb,
  most_bytes: null,
  most_database_bytes: null,
  ...over,
});
const volume = (over: Partial<VolumeRow> = {}): VolumeRow => ({
  file_id: 1,
  volume: 'D:\\',
  free_bytes: 30 * gb,
  size_bytes: 100 * gb,
  ...over,
});

describe('the room of a database', () => {
  it.each<[string, FileRow[], VolumeRow[] | null, number | null, emptyGb?: number]>([
    ['what its volume has and its own empty pages', [file()], [volume()], 32],
    ['no more than its file may grow', [file({ most_bytes: 15 * gb })], [volume()], 7],
    [
      'nothing but empty pages where the file does not grow',
      [file({ most_bytes: 10 * gb })],
      [volume()],
      2,
    ],
    ['what the edition allows', [file({ most_database_bytes: 10 * gb })], [volume()], 2],
    [
      'a volume once, whatever files share it',
      [file(), file({ file_id: 2 })],
      [volume(), volume({ file_id: 2 })],
      34,
      4,
    ],
    [
      'each volume of its files',
      [file(), file({ file_id: 2 })],
      [volume(), volume({ file_id: 2, volume: 'E:\\' })],
      64,
      4,
    ],
    ['the bound of its file where volumes are not told', [file({ most_bytes: 15 * gb })], null, 7],
    [
      'what the service allows where volumes are not told',
      [file({ most_database_bytes: 250 * gb })],
      null,
      242,
    ],
    ['unknown when nothing that bounds it is told', [file()], null, null],
    ['unknown without files', [], null, null],
  ])('is %s', (_, files, volumes, expected, emptyGb = 2) => {
    const room = roomOf(files, emptyGb * gb, volumes);
    expect(room === null ? null : room.freeBytes / gb).toBe(expected);
  });
});
