/** Elements without markup: text is only ever set as text, so nothing from a profile can become an element. */

/**
 * @param {string} tag
 * @param {Record<string, string | boolean | number | ((event: any) => void)>} [properties] attributes;
 *   `text` is the content, functions are listeners
 * @param {(Node | string)[]} children
 * @returns {HTMLElement}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') {
      element.addEventListener(name, value);
    } else if (name === 'text') {
      element.textContent = String(value);
    } else if (value === true) {
      element.setAttribute(name, '');
    } else if (value !== false) {
      element.setAttribute(name, String(value));
    }
  }
  element.append(...children);
  return element;
}

/**
 * A button with a tooltip, which is also its name where its text is a sign.
 * @param {string} text @param {string} label @param {() => void} press @param {string} [kind]
 */
export function button(text, label, press, kind = '') {
  const named = !/\w\w/.test(text) || label.includes(text);
  return /** @type {HTMLButtonElement} */ (h('button', {
    type: 'button', class: `hl-button ${kind}`, title: label, text, click: press, ...(named ? { 'aria-label': label } : {}),
  }));
}

/** Marks a button as on or off. @param {HTMLElement} element @param {boolean} on */
export function press(element, on) {
  element.setAttribute('aria-pressed', String(on));
}
