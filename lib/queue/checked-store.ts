/** What callers give a state store, checked before the database sees it: numbers that are none, or that no column holds. */
import { AppError } from '#lib/errors/app-error.ts';
import type { AttemptReport } from './model.ts';
import type { StateStore } from './state-store.ts';

/** As long as leases and waits may be, ms. */
const longestMs = 366 * 24 * 3_600_000;
/** As of a recrawl that a person launches. */
const mostDays = 3650;
const maxInt = 2_147_483_647;

/** The same store; each call throws `input_invalid` for what does not fit, naming it. */
export function checkedStore(store: StateStore): StateStore {
  return {
    ...store,
    dequeue: async (limit, options = {}) => {
      checkCount('limit', limit);
      checkMs('leaseMs', options.leaseMs, 1);
      return store.dequeue(limit, options);
    },
    claimPolitely: async (limit, options) => {
      checkCount('limit', limit);
      checkMs('leaseMs', options.leaseMs, 1);
      checkCount('slots', options.slots);
      checkCount('maxItems', options.maxItems);
      return store.claimPolitely(limit, options);
    },
    resetForRecrawl: async (filter, options = {}) => {
      checkWhole('staleDays', filter.staleDays, 0, mostDays);
      checkWhole('priority', options.priority, -maxInt, maxInt);
      return store.resetForRecrawl(filter, options);
    },
    renewLease: async (fences, leaseMs) => {
      checkMs('leaseMs', leaseMs, 1);
      return store.renewLease(fences, leaseMs);
    },
    releaseSlot: async (leaseId, sentAfterMs) => {
      checkMs('sentAfterMs', sentAfterMs, 0);
      return store.releaseSlot(leaseId, sentAfterMs);
    },
    complete: async (input) => {
      checkAttempt(input.attempt);
      checkMs('revisitMs', input.revisitMs, 0);
      return store.complete(input);
    },
    fail: async (input) => {
      checkAttempt(input.attempt);
      if (input.decision.kind === 'retry') checkMs('delayMs', input.decision.delayMs, 0);
      checkMs('blockHostMs', input.blockHostMs, 0);
      return store.fail(input);
    },
    release: async (fences, postponement) => {
      if (postponement) {
        checkAttempt(postponement.report);
        checkMs('delayMs', postponement.delayMs, 0);
      }
      return store.release(fences, postponement);
    },
    rescueExpired: async (limit, options = {}) => {
      checkWhole('limit', limit, 0, maxInt);
      checkMs('withinMs', options.withinMs, 0);
      return store.rescueExpired(limit, options);
    },
  };
}

function checkAttempt({ durationMs, httpStatus, requests }: AttemptReport): void {
  checkMs('durationMs', durationMs, 0);
  checkWhole('httpStatus', httpStatus, 0, 999);
  checkWhole('requests', requests, 0, maxInt);
}

/** 0 or less takes nothing; infinity takes all. */
function checkCount(name: string, value: number | undefined): void {
  if (value === undefined || value === Number.POSITIVE_INFINITY) return;
  checkWhole(name, value, -maxInt, maxInt);
}

type Given = number | null | undefined;

function checkWhole(name: string, value: Given, least: number, most: number): void {
  if (value === undefined || value === null) return;
  if (!Number.isInteger(value) || value < least || value > most) {
    refuse(name, value, `a whole number from ${least} to ${most}`);
  }
}

/** Fractions are as good as any other time. */
function checkMs(name: string, value: Given, least: number): void {
  if (value === undefined || value === null) return;
  if (!(value >= least && value <= longestMs)) {
    refuse(name, value, `a number of milliseconds from ${least} to ${longestMs}, a year`);
  }
}

function refuse(name: string, value: number, wanted: string): never {
  throw new AppError('input_invalid', `${name} is ${value}, and not ${wanted}.`, {
    fields: { [name]: `It must be ${wanted}.` },
  });
}
