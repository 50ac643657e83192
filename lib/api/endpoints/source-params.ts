/** How endpoints of one source name it. */
import { z } from 'zod';
import type { ApiContext } from '../endpoint.ts';
import { ofSource } from '../touched.ts';

/** A name or an id. */
export const sourceParams = z.strictObject({ source: z.string().min(1).max(100) });

interface Input {
  readonly params: z.output<typeof sourceParams>;
}

export const sourceTouched = ({ runtime }: ApiContext, { params }: Input) =>
  ofSource(runtime.db, params.source);
