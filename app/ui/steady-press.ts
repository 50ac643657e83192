/**
 * Presses that reach what they were meant for. What arrives late (the rows of a live list, a banner, a toast, a panel)
 * may put another thing under a pointer that stands still; a press that follows before a person can have seen it was
 * meant for what was there, and is dropped. Keys need none of it: the focus stays with its element, and lists that are
 * chosen from by keys hold what they show (`use-held.ts`).
 */

import { PlacesOfThings } from './steady-touch.ts';

/** Seeing that something has changed and holding back a finger takes a person about so long, ms. */
const noticeMs = 400;

/** What a press does something with; where text is entered nothing is chosen. */
const pressable =
  'a[href], button, summary, label, input[type=checkbox], input[type=radio], [role=option], [role=menuitem], [role=tab], tr[data-row]';
/** One of many that look alike: the same word in another row is another thing. */
const oneOfMany =
  'tr, li, [role=row], [role=option], [role=menuitem], [role=listitem], [role=status], [role=alert]';

interface Pointed {
  readonly x: number;
  readonly y: number;
  readonly thing: Element | null;
  /** Since when it is under the pointer without the pointer having moved; null = the pointer was moved onto it. */
  readonly cameAt: number | null;
}

/** A moment in which a pointer is somewhere. */
interface Seen {
  readonly x: number;
  readonly y: number;
  /** What is there, or the thing around it. */
  readonly thing: Element | null;
  /** On the clock of events, ms. */
  readonly at: number;
}

const wordsOf = (thing: Element) =>
  `${thing.tagName} ${thing.getAttribute('href') ?? ''} ${thing.getAttribute('aria-label') ?? thing.textContent ?? ''}`;

/** The same element, or the same drawn anew, as the buttons of a page are by the page that follows it. */
function isSame(one: Element | null, other: Element | null): boolean {
  if (one === other) return true;
  if (one === null || other === null || other.closest(oneOfMany) !== null) return false;
  return wordsOf(one) === wordsOf(other);
}

/** What is under the pointer now, given what was. Pure, but for what it reads of the elements. */
function pointedNow(before: Pointed | null, { x, y, thing, at }: Seen): Pointed {
  const stands = before !== null && before.x === x && before.y === y;
  if (!stands) return { x, y, thing, cameAt: null };
  if (!isSame(before.thing, thing)) return { x, y, thing, cameAt: at };
  return { ...before, thing };
}

/** Whether a press at that moment is for what was there before. */
const isForAnother = ({ thing, cameAt }: Pointed, at: number): boolean =>
  thing !== null && cameAt !== null && at - cameAt < noticeMs;

/** Whether a click, not one by a key or a script, is of something else than what was touched. */
function isElsewhere(touched: Element | null, event: MouseEvent): boolean {
  if (event.detail === 0 || !(event.target instanceof Element)) return false;
  const thing = event.target.closest(pressable);
  if (thing === null || isSame(touched, thing)) return false;
  // A label hands its click on to its field.
  return !(touched instanceof HTMLLabelElement && touched.control === thing);
}

/** Makes the presses of this tab steady; returns what undoes it. */
export function keepPressesSteady(): () => void {
  const gone = new AbortController();
  let pointed: Pointed | null = null;
  let isDropping = false;
  /** What a finger came down on; null = it was no finger. */
  let touched: { readonly thing: Element | null } | null = null;
  const places = new PlacesOfThings(pressable, isSame, noticeMs);
  places.watch(gone.signal);
  const thingOf = (event: Event) =>
    event.target instanceof Element ? event.target.closest(pressable) : null;
  const look = (event: PointerEvent): Pointed => {
    pointed = pointedNow(pointed, {
      x: event.clientX,
      y: event.clientY,
      thing: thingOf(event),
      at: event.timeStamp,
    });
    return pointed;
  };
  const drop = (event: Event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const options = { capture: true, signal: gone.signal } as const;
  // A finger is nowhere until it presses.
  const onPointer = (event: PointerEvent) => {
    if (event.pointerType !== 'touch') look(event);
  };
  // A hand has moved it, be it by nothing: browsers send none when only the page has moved.
  const onMove = (event: PointerEvent) => {
    if (event.pointerType !== 'touch') pointed = { ...look(event), cameAt: null };
  };
  window.addEventListener('pointermove', onMove, { ...options, passive: true });
  // Browsers send it also when something else has moved under the pointer.
  window.addEventListener('pointerover', onPointer, { ...options, passive: true });
  window.addEventListener(
    'pointerdown',
    (event) => {
      const { pointerType, clientX: x, clientY: y, timeStamp: at } = event;
      const thing = thingOf(event);
      touched = pointerType === 'touch' ? { thing } : null;
      isDropping =
        touched === null
          ? isForAnother(look(event), at)
          : thing !== null && places.hasJustCome({ thing, x, y, at });
      if (isDropping) drop(event);
    },
    options,
  );
  for (const type of ['mousedown', 'pointerup', 'mouseup', 'click'] as const) {
    window.addEventListener(
      type,
      (event) => {
        // Under a finger that is down, something else may come too.
        if (type === 'click' && touched !== null && isElsewhere(touched.thing, event)) drop(event);
        if (!isDropping) return;
        drop(event);
        if (type === 'click') isDropping = false;
      },
      options,
    );
  }
  window.addEventListener(
    'keydown',
    () => {
      isDropping = false;
    },
    options,
  );
  return () => gone.abort();
}
