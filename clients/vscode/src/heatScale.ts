/** Shares at which the next step of heat begins; steps of about the same ratio are told apart best. */
const STEPS = [0.01, 0.03, 0.06, 0.12, 0.18, 0.35, 0.6] as const;

export const LEVELS = STEPS.length + 1;

/** 0 to LEVELS - 1. */
export function levelOf(share: number): number {
  return STEPS.filter(step => share >= step).length;
}

/** Colour-blind safe: dark enough on white, light enough on black, and no red beside a green. */
const HUES = [
  { light: '#0072b2', dark: '#56b4e9' },
  { light: '#a6611a', dark: '#e69f00' },
  { light: '#00735a', dark: '#2fc99e' },
  { light: '#8f3f7a', dark: '#d992c4' },
  { light: '#5a5a00', dark: '#c9c02f' },
  { light: '#b3400a', dark: '#ff8f5a' },
] as const;

export const HUE_COUNT = HUES.length;

/** A function's hue: the same in every file, run and session. FNV-1a. */
export function hueOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash % HUE_COUNT;
}

export function colorOfHue(hue: number, isDark: boolean): string {
  const pair = HUES[hue % HUE_COUNT] ?? HUES[0];
  return isDark ? pair.dark : pair.light;
}

/** A bar for the gutter, wider and stronger with its level: readable without colour. */
export function barImage(level: number, color: string): string {
  const width = 2 + Math.round((12 * level) / (LEVELS - 1));
  const opacity = (0.35 + (0.65 * level) / (LEVELS - 1)).toFixed(2);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">` +
    `<rect x="${16 - width}" y="1" width="${width}" height="14" rx="1" fill="${color}" fill-opacity="${opacity}"/></svg>`;
}
