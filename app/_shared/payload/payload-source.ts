import type { RecordDetail } from '#lib/records/detail.ts';
import type { PayloadSource } from './use-payload.ts';

/** Of a record no more than the viewer needs: what a page hands to the browser it sends with it. */
export const payloadSource = ({ ingestId, payload, bytes }: RecordDetail): PayloadSource => ({
  ingestId,
  text: payload,
  bytes,
});
