/**
 * Completions that end at about the same time share a transaction. Whoever completes an item waits for
 * that transaction and gets the item's own result: grouping changes when it commits, not what is true.
 */
import type { CompletionInput, CompletionResult } from '../model.ts';
import type { StateStore } from '../state-store.ts';

export interface CompletionGroupLimits {
  /** Most items of one transaction. */
  readonly maxItems: number;
  /** How long the first of a group waits for others, ms, asked when it comes. 0 = for those of the same turn only. */
  readonly maxWaitMs: () => number;
  /** Text of records, characters, and their bodies, bytes; a group is sent off once it holds this much. Default 4 Mi. */
  readonly maxCharacters?: number;
}

interface Waiting {
  readonly input: CompletionInput;
  readonly resolve: (result: CompletionResult) => void;
  readonly reject: (reason: unknown) => void;
}

const lengthOf = ({ record }: CompletionInput): number =>
  (record?.payload.length ?? 0) + (record?.body?.apart?.data.byteLength ?? 0);

export class CompletionGroup {
  readonly #store: Pick<StateStore, 'completeMany'>;
  readonly #limits: Required<CompletionGroupLimits>;
  #waiting: Waiting[] = [];
  #characters = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Groups commit one after another: what arrives meanwhile makes the next one larger. */
  #sending: Promise<void> | null = null;

  constructor(store: Pick<StateStore, 'completeMany'>, limits: CompletionGroupLimits) {
    this.#store = store;
    this.#limits = { maxCharacters: 4 * 1024 * 1024, ...limits };
  }

  /** As `StateStore.complete`: resolves when the item's transaction is committed. */
  complete(input: CompletionInput): Promise<CompletionResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ input, resolve, reject });
      this.#characters += lengthOf(input);
      if (this.#isFull()) void this.flush();
      else this.#timer ??= setTimeout(() => void this.flush(), this.#limits.maxWaitMs());
    });
  }

  /** Sends off what waits, at once. Resolves when everything given so far is settled; never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return this.#sending ?? Promise.resolve();
    this.#sending ??= this.#sendAll();
    return this.#sending;
  }

  #isFull(): boolean {
    const { maxItems, maxCharacters } = this.#limits;
    return this.#waiting.length >= maxItems || this.#characters >= maxCharacters;
  }

  /** Must be called with something waiting: it then ends in a later turn than the one that notes it as sending. */
  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#send(this.#take());
    // In the same step as the look at what waits: what comes after it starts a sending of its own.
    this.#sending = null;
  }

  #take(): readonly Waiting[] {
    const { maxItems, maxCharacters } = this.#limits;
    let characters = 0;
    let count = 0;
    while (count < Math.min(maxItems, this.#waiting.length) && characters < maxCharacters) {
      const next = this.#waiting[count];
      characters += next ? lengthOf(next.input) : 0;
      count += 1;
    }
    this.#characters -= characters;
    return this.#waiting.splice(0, count);
  }

  async #send(group: readonly Waiting[]): Promise<void> {
    try {
      const settled = await this.#store.completeMany(group.map(({ input }) => input));
      for (const [index, { resolve, reject }] of group.entries()) {
        const result = settled[index];
        if (result?.status === 'fulfilled') resolve(result.value);
        else reject(result?.reason);
      }
    } catch (reason) {
      for (const { reject } of group) reject(reason);
    }
  }
}
