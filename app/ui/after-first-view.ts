/** What the first view of a page does without: loaded when it is there. */
export { AskByAddress } from './ask-for.tsx';
export { LivePoll } from './live-poll.tsx';
export { keepPressesSteady } from './steady-press.ts';
