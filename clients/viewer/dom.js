/** Elements without markup: text is only ever set as text, so nothing from a profile can become an element. */

/** Names of profiles are read from left to right, whatever is in them. */
export const LTR = { dir: 'ltr' };

/** For eyes only. */
export const UNSPOKEN = { 'aria-hidden': 'true' };

/** @typedef {Node | string | false | null | Record<string, string | boolean | ((event: any) => void)>} Part */

/**
 * `tag.class.class`, the classes without their "hl-". Texts and elements are children, lists of them too; the
 * rest are objects of attributes, or of listeners where the value is a function. What is false or empty is left out.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K | `${K}.${string}`} kind
 * @param {(Part | Part[])[]} parts
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(kind, ...parts) {
  const [tag, ...classes] = kind.split('.');
  const element = document.createElement(/** @type {K} */ (tag));
  element.className = classes.map((name) => `hl-${name}`).join(' ');
  for (const part of parts.flat()) {
    if (typeof part === 'string' || part instanceof Node) {
      element.append(part);
      continue;
    }
    for (const [name, value] of Object.entries(part || {})) {
      if (typeof value === 'function') {
        element.addEventListener(name, value);
      } else if (value !== false) {
        element.setAttribute(name, value === true ? '' : value);
      }
    }
  }
  return element;
}

/**
 * A button with a tooltip, which is also its name where its text is a sign.
 * @param {string} text @param {string} label @param {() => void} press @param {string} [kind] class
 */
export const button = (text, label, press, kind = '') => h(`button.button${kind}`, text, { title: label, click: press },
  /\w\w/.test(text) && !label.includes(text) ? {} : { 'aria-label': label });

/** Marks a button as on or off. @param {HTMLElement} element @param {boolean} on */
export const press = (element, on) => element.setAttribute('aria-pressed', String(on));
