import { functionFill, HUES, oklch, SHADES } from '../../viewer/palette.js';

/** Shares at which the next step of heat begins; steps of about the same ratio are told apart best. */
const STEPS = [0.01, 0.03, 0.06, 0.12, 0.18, 0.35, 0.6] as const;

export const LEVELS = STEPS.length + 1;

/** 0 to LEVELS - 1. */
export function levelOf(share: number): number {
  return STEPS.filter(step => share >= step).length;
}

/** A function's hue: the one that it has in the flame graph, in every file, run and session. */
export function hueOf(name: string, file: string): number {
  return Math.floor(functionFill(name, file) / SHADES);
}

export const HUE_COUNT = HUES.length;

/** Of a hue of the flame graph, strong enough for a bar of a few pixels. */
export function colorOfHue(hue: number, isDark: boolean): string {
  const [angle = 0, lighter = 0] = HUES[hue % HUE_COUNT] ?? [];
  return oklch((isDark ? 0.75 : 0.5) + lighter, 0.14, angle);
}

/** A bar for the gutter, wider and stronger with its level: readable without colour. */
export function barImage(level: number, color: string): string {
  const width = 2 + Math.round((12 * level) / (LEVELS - 1));
  const opacity = (0.35 + (0.65 * level) / (LEVELS - 1)).toFixed(2);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">` +
    `<rect x="${16 - width}" y="1" width="${width}" height="14" rx="1" fill="${color}" fill-opacity="${opacity}"/></svg>`;
}
