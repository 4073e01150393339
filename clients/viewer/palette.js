/**
 * Colours of boxes. Hues differ in lightness as well, so that they can be told apart with any kind of colour
 * vision and in grey; every fill has at least 4.5:1 against its text. Packages of the project are vivid,
 * libraries are muted.
 */

/** @typedef {'light' | 'dark' | 'contrast'} Look */

/* Hue, and how much lighter or darker than its look's base. */
export const HUES = [[58, 0.01], [248, -0.02], [162, -0.05], [98, 0.06], [330, -0.045], [208, 0.045],
  [28, -0.055], [128, 0.03], [290, -0.06], [78, -0.02]];
export const SLOTS = HUES.length;
export const SHADES = 3;
/* After the slots of packages. */
export const STRUCTURE = SLOTS * 2 * SHADES;
export const REST = STRUCTURE + 1;
export const FILLS = REST + 1;

/** @param {number} x */
const gamma = (x) => {
  const value = x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055;
  return Math.round(Math.min(Math.max(value, 0), 1) * 255);
};

/** OKLCH to #rrggbb. @param {number} lightness @param {number} chroma @param {number} hue degrees */
export function oklch(lightness, chroma, hue) {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const parts = [4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s];
  return `#${parts.map((part) => gamma(part).toString(16).padStart(2, '0')).join('')}`;
}

const LOOKS = {
  light: { base: 0.83, vivid: 0.108, muted: 0.06, step: 0.022, structure: [0.91, 0.008], rest: [0.87, 0.006] },
  dark: { base: 0.46, vivid: 0.11, muted: 0.058, step: 0.02, structure: [0.36, 0.012], rest: [0.33, 0.008] },
  contrast: { base: 0.8, vivid: 0.15, muted: 0.07, step: 0.03, structure: [0.8, 0], rest: [0.65, 0] },
};

/** All fills of a look, as the style sheet would have them. @param {Look} look */
export function fills(look) {
  /** @param {number} lightness @param {number} chroma @param {number} hue */
  const colour = (lightness, chroma, hue) => `oklch(${lightness} ${chroma} ${hue})`;
  const { base, vivid, muted, step, structure, rest } = LOOKS[look];
  const colours = [];
  for (const chroma of [vivid, muted]) {
    for (const [hue, lighter] of HUES) {
      for (let shade = 0; shade < SHADES; shade++) {
        colours.push(colour(base + lighter * (look === 'dark' ? 0.45 : 1) + (shade - 1) * step, chroma, hue));
      }
    }
  }
  colours.push(colour(structure[0], structure[1], 250), colour(rest[0], rest[1], 250));
  return colours;
}

/** FNV-1a: the same text has the same colour in every run and every client. @param {string} text */
export function hashText(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** The fill of one function when colours mean functions. @param {string} name @param {string} file */
export const functionFill = (name, file) => (hashText(`${name}\n${file}`) % SLOTS) * SHADES + 1;

/**
 * A fill for every function. By package: the heaviest packages take the hues in order, so that those which
 * are next to each other most differ.
 * @param {readonly import('./tree.js').Func[]} functions
 * @param {ReadonlyMap<string, number>} slots of packages
 * @param {boolean} byFunction @param {boolean} mineKnown
 */
export const assign = (functions, slots, byFunction, mineKnown) => (
  Uint8Array.from(functions, ({ kind, name, file, group, mine }) => (kind ? STRUCTURE
    : byFunction ? functionFill(name, file)
      : slotFill(slots.get(group), mineKnown && !mine) + (hashText(name) % SHADES))));

/** The first fill of a package. @param {number | undefined} slot @param {boolean} muted */
export const slotFill = (slot = 0, muted) => (slot + (muted ? SLOTS : 0)) * SHADES;
