/**
 * How the components look, as text: what a change of a token, a size or a shape changes, and what the drawing of
 * letters on another machine does not.
 */
import type { Page } from '@playwright/test';

export interface Painted {
  /** The sample it belongs to, and which kind of element it is. */
  readonly what: string;
  /** Its shape: height of a control, border, corners, room inside, type. */
  readonly shape: string;
  /** Colours of words, ground and border, `#rrggbb` or `#rrggbbaa`. */
  readonly colours: string;
  /** Where it lies in its sample and how large it is, whole px. */
  readonly box: string;
}

/** Everything in the samples that paints something: words, a ground, a border, a picture. In their order. */
export function readLook(page: Page): Promise<Painted[]> {
  return page.evaluate(() => {
    const canvas = new OffscreenCanvas(1, 1);
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    const hexOf = (colour: string) => {
      if (!pen) return colour;
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0, alpha = 0] = pen.getImageData(0, 0, 1, 1).data;
      if (alpha === 0) return '–';
      return `#${[r, g, b, ...(alpha < 255 ? [alpha] : [])].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
    };
    const hasWords = (element: Element) =>
      [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
      );
    const isControl = (element: Element) =>
      element.matches('button, input, select, textarea, a, summary, svg');
    const px = (length: string) => `${Math.round(Number.parseFloat(length) * 10) / 10}`;

    return [...document.querySelectorAll('[data-sample]')].flatMap((sample) => {
      const origin = sample.getBoundingClientRect();
      return [...sample.querySelectorAll('*')].flatMap((element) => {
        const { left, top, width, height } = element.getBoundingClientRect();
        const style = getComputedStyle(element);
        const ground = hexOf(style.backgroundColor);
        const border = Number.parseFloat(style.borderTopWidth);
        // What is for screen readers alone is one pixel; of a picture its frame is enough.
        if (width <= 1 || height <= 1 || element.parentElement?.closest('svg')) return [];
        if (!hasWords(element) && ground === '–' && border === 0 && !isControl(element)) return [];
        const shape = [
          isControl(element) ? `${Math.round(height)} high` : '',
          border > 0 ? `border ${px(style.borderTopWidth)} ${style.borderTopStyle}` : '',
          style.borderTopLeftRadius === '0px' ? '' : `corners ${style.borderTopLeftRadius}`,
          `room ${px(style.paddingTop)} ${px(style.paddingLeft)}`,
          `type ${px(style.fontSize)}/${px(style.lineHeight)} ${style.fontWeight}`,
          style.fontFamily.split(',')[0]?.replaceAll('"', '') ?? '',
        ];
        const colours = [
          hexOf(style.color),
          ground,
          ...(border > 0 ? [hexOf(style.borderTopColor)] : []),
        ];
        return [
          {
            what: `${sample.getAttribute('data-sample')}: ${element.tagName.toLowerCase()}`,
            shape: shape.filter(Boolean).join(', '),
            colours: colours.join(' '),
            box: [left - origin.left, top - origin.top, width, height].map(Math.round).join(' '),
          },
        ];
      });
    });
  });
}
