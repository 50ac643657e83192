/** Whether the tab may be left without a question: what was typed is kept as a draft, and comes back after the sign-in. */
let isFree = false;

/** The session has ended: the page leads to the sign-in by itself. */
export function leaveFreely(): void {
  isFree = true;
}

export const mayLeaveFreely = (): boolean => isFree;
