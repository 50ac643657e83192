/** Data that is sent as a packed file (`rows.jsonl.gz`) and not as a content coding, which a server may say or not. */
import { decompress, isGzip, isTooLarge } from '#lib/egress/decompress.ts';
import { AppError } from '#lib/errors/app-error.ts';

/** As much as JSON is read of. */
const mostUnpacked = 64 * 1024 * 1024;

/**
 * What is in a file packed as gzip; anything else as it is.
 * @throws AppError `egress_too_large`, `payload_invalid`
 */
export async function unpackedFile(sent: Uint8Array): Promise<Uint8Array> {
  if (!isGzip(sent)) return sent;
  try {
    return await decompress(sent, 'gzip', mostUnpacked);
  } catch (cause) {
    if (isTooLarge(cause)) {
      const message = 'The packed file is larger than 64 MiB when unpacked.';
      throw new AppError('egress_too_large', message, { cause });
    }
    throw new AppError('payload_invalid', 'The packed file cannot be unpacked.', { cause });
  }
}
