import { openApi } from '#lib/api/openapi.ts';

/** The document that describes the API, for whoever makes a client of it; it holds nothing of this deployment. */
export const GET = (): Response => Response.json(openApi());
