/** Whether the readable copy is in use: away after a fault, back once it was looked at again. */
import { DatabaseError, type DatabaseErrorCode } from '../errors.ts';

/** What is known of the readable copy. */
export interface ReplicaState {
  readonly inUse: boolean;
  /** Why it is not; null while it is. */
  readonly reason: { readonly code: DatabaseErrorCode; readonly message: string } | null;
}

interface SwitchOptions {
  /** One small query to the copy; fails while it cannot be read. */
  readonly probe: () => Promise<void>;
  /** Called at each change. */
  readonly onChange: (state: ReplicaState) => void;
  readonly probeEveryMs: number;
}

/**
 * Faults of the copy or of the way to it, which the database itself may not have. `db_schema_missing`:
 * a copy that has not caught up with a migration. A statement that took too long is none of them: it
 * would take as long, and be asked twice, where the writers are.
 */
const ofTheCopy: ReadonlySet<DatabaseErrorCode> = new Set<DatabaseErrorCode>([
  'db_connection_refused',
  'db_host_unknown',
  'db_login_failed',
  'db_certificate_untrusted',
  'db_missing',
  'db_schema_missing',
  'db_permission_denied',
  'db_connect_timeout',
  'db_connection_lost',
  'db_busy',
  'db_file_unusable',
]);

export const isFaultOfTheCopy = (error: unknown): error is DatabaseError =>
  error instanceof DatabaseError && ofTheCopy.has(error.code);

export class ReplicaSwitch {
  readonly #options: SwitchOptions;
  #state: ReplicaState = { inUse: true, reason: null };
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: SwitchOptions) {
    this.#options = options;
  }

  get state(): ReplicaState {
    return this.#state;
  }

  /** Nobody waits for the copy any more until a probe has found it well. */
  trip({ code, message }: DatabaseError): void {
    if (!this.#state.inUse || this.#closed) return;
    this.#set({ inUse: false, reason: { code, message } });
    this.#probeLater();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #probeLater(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#probe(), this.#options.probeEveryMs);
    // Looking after the copy keeps no process alive.
    this.#timer.unref();
  }

  async #probe(): Promise<void> {
    try {
      await this.#options.probe();
    } catch {
      return this.#probeLater();
    }
    if (!this.#closed) this.#set({ inUse: true, reason: null });
  }

  #set(state: ReplicaState): void {
    this.#state = state;
    this.#options.onChange(state);
  }
}
