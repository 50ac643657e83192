/** How many guesses a password takes. 30 MB of lists: loaded when the first password is chosen. */
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });

/** 0 to 4, each about a hundred times the guesses of the one before; 3 begins at 10^8. */
export const scoreOf = (password: string, ownWords: readonly string[]): number =>
  zxcvbn.check(password, [...ownWords]).score;
