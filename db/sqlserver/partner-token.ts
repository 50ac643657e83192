/**
 * In a mirrored or clustered database an answer may name the partner, in a sign-in and, after a reset of the
 * connection, in any other answer. tedious 20.3 takes the token in a sign-in alone; elsewhere it gives up the
 * connection and what runs on it. https://github.com/kysely-org/kysely/issues/1200
 */
import { InitialSqlTokenHandler, RequestTokenHandler } from 'tedious/lib/token/handler.js';

/** Idempotent. Nothing is done with the name: the listener or the settings say where to connect. */
export function ignorePartnerTokens(): void {
  for (const handler of [InitialSqlTokenHandler, RequestTokenHandler]) {
    handler.prototype.onDatabaseMirroringPartner = () => undefined;
  }
}
