/**
 * What stood where a finger comes down. A finger is nowhere until it presses, so nothing can be followed under it as under
 * a pointer: on screens that are touched, where the things stand that can be pressed is noted whenever the page has
 * changed, and what is pressed must have stood there a moment ago.
 */

interface Placed {
  readonly thing: Element;
  readonly box: DOMRect;
}

interface Picture {
  readonly placed: readonly Placed[];
  /** When the page began to differ from it, on the clock of events; null = it does not. */
  until: number | null;
}

/** What a press opens, and a second press elsewhere is meant for. */
const popup = '[role=dialog], [role=alertdialog], [role=menu], [role=listbox]';
/** What cannot be pressed: behind a dialog, or not shown to anybody. */
const outOfReach = '[inert], [aria-hidden=true]';
/** A finger that comes down farther away than this was aimed anew, px. */
const aimedAnewPx = 24;

const isIn = ({ left, right, top, bottom }: DOMRect, x: number, y: number) =>
  x >= left && x <= right && y >= top && y <= bottom;

interface Touch {
  readonly thing: Element;
  readonly x: number;
  readonly y: number;
  /** On the clock of events, ms. */
  readonly at: number;
}

export class PlacesOfThings {
  /** The oldest first; the last one is of the page as it is. */
  #pictures: Picture[] = [];
  #isDue = false;
  #lastTouch: { readonly x: number; readonly y: number } | null = null;
  readonly #pressable: string;
  readonly #isSame: (one: Element, other: Element) => boolean;
  readonly #noticeMs: number;

  constructor(
    pressable: string,
    isSame: (one: Element, other: Element) => boolean,
    noticeMs: number,
  ) {
    this.#pressable = pressable;
    this.#isSame = isSame;
    this.#noticeMs = noticeMs;
  }

  /** Notes from now on; nothing on a device that is not touched. */
  watch(signal: AbortSignal): void {
    if (!window.matchMedia('(any-pointer: coarse)').matches) return;
    const changed = () => this.#changed(performance.now());
    const changes = new MutationObserver(changed);
    changes.observe(document.body, {
      childList: true,
      subtree: true,
      characterData: true,
      attributes: true,
      attributeFilter: ['class', 'style', 'hidden', 'open', 'inert', 'aria-hidden', 'data-open'],
    });
    const sizes = new ResizeObserver(changed);
    sizes.observe(document.body);
    signal.addEventListener('abort', () => {
      changes.disconnect();
      sizes.disconnect();
    });
    // What the person moves by hand is no surprise: where things stood before says nothing then.
    const options = { capture: true, passive: true, signal } as const;
    for (const type of ['scroll', 'resize'] as const) {
      window.addEventListener(type, () => this.#startAnew(), options);
    }
    for (const type of ['transitionend', 'animationend'] as const) {
      window.addEventListener(type, changed, options);
    }
    this.#startAnew();
  }

  /** Whether what a finger comes down on has come there so lately that the press was meant for what stood there before. */
  hasJustCome({ thing, x, y, at }: Touch): boolean {
    const last = this.#lastTouch;
    this.#lastTouch = { x, y };
    const isAimedAnew =
      last !== null && Math.hypot(last.x - x, last.y - y) > aimedAnewPx && thing.closest(popup);
    return this.#pictures.some(({ placed, until }) => {
      if (until === null || at - until >= this.#noticeMs) return false;
      const own = thing.closest(popup);
      if (isAimedAnew && !placed.some((one) => one.thing.closest(popup) === own)) return false;
      return !placed.some((one) => isIn(one.box, x, y) && this.#isSame(one.thing, thing));
    });
  }

  #changed(at: number): void {
    const latest = this.#pictures.at(-1);
    if (latest !== undefined) latest.until ??= at;
    this.#takeSoon();
  }

  #startAnew(): void {
    this.#pictures = [];
    this.#takeSoon();
  }

  /** Once for all changes of a frame, when the browser has laid it out anyway. */
  #takeSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() =>
      setTimeout(() => {
        this.#isDue = false;
        this.#take();
      }),
    );
  }

  #take(): void {
    const since = performance.now() - this.#noticeMs;
    const placed: Placed[] = [];
    for (const thing of document.querySelectorAll(this.#pressable)) {
      const box = thing.getBoundingClientRect();
      const isSeen = box.bottom > 0 && box.top < innerHeight && box.width > 0;
      if (isSeen && thing.closest(outOfReach) === null) placed.push({ thing, box });
    }
    this.#pictures = this.#pictures.filter(({ until }) => until !== null && until > since);
    this.#pictures.push({ placed, until: null });
  }
}
