/** Whether there is too little room to begin new work, and how that is said. Pure. */

export interface Disk {
  readonly what: string;
  readonly freeBytes: number;
  /** Null where the server tells only what is free. */
  readonly sizeBytes: number | null;
  readonly pauseBelowBytes: number;
}

/** The disk that holds up a worker. */
export type LowDisk = Omit<Disk, 'sizeBytes'>;

/** After a pause there must be so much more room than began it, or one file more would begin the next. */
const goOnAbove = 1.1;

/** The disk for whose sake nothing new may be begun; null when there is room. */
export function lowDisk(disks: readonly Disk[], isPaused: boolean): LowDisk | null {
  const factor = isPaused ? goOnAbove : 1;
  const low = disks.find(({ freeBytes, pauseBelowBytes }) => freeBytes < pauseBelowBytes * factor);
  if (!low) return null;
  const { what, freeBytes, pauseBelowBytes } = low;
  return { what, freeBytes, pauseBelowBytes };
}

/** `0.8 GiB`. */
export const gibibytes = (bytes: number): string => `${(bytes / 1_024 ** 3).toFixed(1)} GiB`;

/** Why no new work is begun, a sentence. */
export const lowDiskSentence = ({ what, freeBytes, pauseBelowBytes }: LowDisk): string =>
  `Only ${gibibytes(freeBytes)} are free for ${what}: new work is paused below ${gibibytes(pauseBelowBytes)}.`;
