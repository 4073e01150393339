/** What the canvas needs of the theme, read from the style sheet: the host's colours win there. */
import { fills } from './palette.js';

/** @typedef {'keyword' | 'string' | 'comment' | 'number'} Coloured */

/* Parts of a source line. */
const CODE_COLOURS = /** @type {Record<string, Record<string, string>>} */ ({
  light: { keyword: '#5c1379', string: '#6f1a0e', comment: '#2f3d2f', number: '#083c5a' },
  dark: { keyword: '#fbe9ff', string: '#ffeedd', comment: '#ebf5e9', number: '#e2f6ff' },
  contrast: { keyword: '#3d0059', string: '#520d04', comment: '#1d2b1d', number: '#00304a' },
});

/** @param {Element} element */
export function readTheme(element) {
  const style = getComputedStyle(element);
  /** @param {string} name */
  const value = (name) => style.getPropertyValue(`--hl-${name}`).trim();
  const isDark = style.colorScheme === 'dark';
  const look = value('contrast') === '1' ? 'contrast' : isDark ? 'dark' : 'light';
  return {
    fills: fills(look),
    background: style.backgroundColor,
    text: look === 'dark' ? '#fff' : '#000', /* on fills */
    fadedText: isDark ? '#b4b4b4' : '#5e5e5e',
    faded: look === 'dark' ? 0.3 : 0.28, /* how much is left of what a search does not match */
    match: value('match'),
    accent: value('accent'),
    font: value('mono'),
    code: CODE_COLOURS[look],
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
  SYSTEM.forEach((query) => matchMedia(query).addEventListener('change', systemChanged));
}
