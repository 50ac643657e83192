import { z } from 'zod';

/** The key a page makes for one intention: 16 random bytes as hexadecimal digits. */
export const requestKeySchema = z.string().regex(/^[0-9a-f]{32}$/, 'must be a request key');
