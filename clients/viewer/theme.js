/** What the canvas needs of the theme, read from the style sheet: the host's colours win there. */
import { fills } from './palette.js';

/**
 * @typedef {object} Theme
 * @property {import('./palette.js').Look} look
 * @property {string[]} fills
 * @property {string[]} faded the same, for what a search does not match
 * @property {string} background
 * @property {string} text on fills
 * @property {string} quiet less of it
 * @property {string} fadedText
 * @property {string} match
 * @property {string} accent
 * @property {string} font
 * @property {number} size of the font, CSS pixels
 * @property {{keyword: string, string: string, comment: string, number: string}} code
 */

/** @param {string} colour #rrggbb, #rgb or rgb(…) @returns {number[]} */
export function channels(colour) {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour);
  if (short) {
    return short.slice(1).map((digit) => parseInt(digit + digit, 16));
  }
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(colour);
  if (long) {
    return long.slice(1).map((digits) => parseInt(digits, 16));
  }
  const parts = colour.match(/[\d.]+/g);
  return parts && parts.length >= 3 ? parts.slice(0, 3).map(Number) : [255, 255, 255];
}

/** @param {string} over @param {string} under @param {number} share of `over` */
export function mixed(over, under, share) {
  const below = channels(under);
  const parts = channels(over).map((part, i) => Math.round(part * share + below[i] * (1 - share)));
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** WCAG's relative luminance. @param {string} colour */
export function luminance(colour) {
  const [r, g, b] = channels(colour).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const CODE = {
  light: { keyword: '#5c1379', string: '#6f1a0e', comment: '#2f3d2f', number: '#083c5a' },
  dark: { keyword: '#fbe9ff', string: '#ffeedd', comment: '#ebf5e9', number: '#e2f6ff' },
  contrast: { keyword: '#3d0059', string: '#520d04', comment: '#1d2b1d', number: '#00304a' },
};

/** @param {Element} element @returns {Theme} */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const background = style.backgroundColor;
  const dark = luminance(background) < 0.25;
  const contrast = style.getPropertyValue('--hl-contrast').trim() === '1';
  const look = contrast ? 'contrast' : dark ? 'dark' : 'light';
  const colours = fills(look);
  const text = look === 'dark' ? '#ffffff' : '#000000';
  const accent = style.getPropertyValue('--hl-accent').trim() || '#0b61c4';
  return {
    look,
    fills: colours,
    faded: colours.map((colour) => mixed(colour, background, look === 'dark' ? 0.3 : 0.28)),
    background,
    text,
    quiet: look === 'dark' ? 'rgba(255,255,255,.78)' : 'rgba(0,0,0,.68)',
    fadedText: dark ? '#b4b4b4' : '#5e5e5e',
    match: style.getPropertyValue('--hl-match').trim() || '#b8008f',
    accent,
    font: style.getPropertyValue('--hl-mono').trim() || 'monospace',
    size: 12,
    code: CODE[look],
  };
}

const SYSTEM = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)'];

/** What the style sheet goes by in a page: the user's choice, else the system's. @param {import('./state.js').State['theme']} theme */
export function setTheme(theme) {
  document.documentElement.dataset.theme = theme !== 'auto' ? theme : matchMedia(SYSTEM[0]).matches ? 'dark' : 'light';
}

/** Calls back when the host changes the theme, and when the system does. @param {() => void} changed @param {() => void} systemChanged */
export function watchTheme(changed, systemChanged) {
  const observer = new MutationObserver(changed);
  for (const element of [document.documentElement, document.body]) {
    observer.observe(element, { attributes: true, attributeFilter: ['class', 'style', 'data-theme'] });
  }
  const queries = SYSTEM.map((query) => matchMedia(query));
  queries.forEach((query) => query.addEventListener('change', systemChanged));
  return () => {
    observer.disconnect();
    queries.forEach((query) => query.removeEventListener('change', systemChanged));
  };
}
