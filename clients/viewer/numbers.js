/** Counts as text, in the words and the precision of the editor's hints: never more than samples support. */

/** @typedef {{secondsPerSample: number, lowerBound: boolean, runSamples: number, metric: string}} Scale */

/** @param {number} value */
export const grouped = (value) => {
  const digits = String(Math.round(value));
  return digits.length > 4 ? digits.replace(/\B(?=(\d{3})+$)/g, ',') : digits;
};

/** @param {number} count @param {string} noun */
export const counted = (count, noun) =>
  `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;

/** The relative error of n samples is about 1/√n. @param {number} samples */
function digitsOf(samples) {
  let digits = samples < 10 ? 1 : samples < 100 ? 2 : 3;
  for (let limit = 10000; samples >= limit && digits < 9; limit *= 100) {
    digits++;
  }
  return digits;
}

/** @param {number} value @param {number} digits */
function rounded(value, digits) {
  if (!(value > 0)) {
    return 0;
  }
  const unit = 10 ** (Math.floor(Math.log10(value)) - digits + 1);
  return Math.round(value / unit) * unit;
}

/** @param {number} value already rounded @param {number} digits */
function decimalsOf(value, digits) {
  const whole = value > 0 ? Math.floor(Math.log10(value) + 1e-9) + 1 : 0;
  return Math.max(digits - whole, 0);
}

/** @param {number} value */
const two = (value) => String(value).padStart(2, '0');

/** "2 min 05 s", or "2 min" where the rest is not sure. @param {number} whole of the small unit @param {string} big @param {string} small @param {boolean} isSure */
const sixties = (whole, big, small, isSure) => (isSure ? `${grouped(Math.floor(whole / 60))} ${big} ${two(whole % 60)} ${small}`
  : `${grouped(Math.floor((whole + 30) / 60))} ${big}`);

/** @param {number} seconds @param {number} error by how much it may be wrong */
function minutes(seconds, error) {
  const whole = Math.round(seconds);
  return seconds < 7200 ? sixties(whole, 'min', 's', error < 30)
    : sixties(Math.floor((whole + 30) / 60), 'h', 'min', error < 1800);
}

/** @param {number} seconds @param {number} error @param {number} digits */
function secondsText(seconds, error, digits) {
  const value = rounded(seconds, digits);
  if (value <= 0) {
    return '0 s';
  }
  if (value < 0.1) {
    return `${(value * 1000).toFixed(decimalsOf(value * 1000, digits))} ms`;
  }
  return value < 120 ? `${value.toFixed(Math.min(decimalsOf(value, digits), 2))} s`
    : minutes(seconds, error);
}

/** @param {number} bytes */
export function bytesText(bytes) {
  if (bytes < 1000) {
    return counted(bytes, 'byte');
  }
  const units = 'kMGTPE';
  let value = bytes / 1000;
  let unit = 0;
  for (; value >= 999.5 && unit + 1 < units.length; unit++) {
    value /= 1000;
  }
  return `${value.toFixed(value < 9.95 ? 1 : 0)} ${units[unit]}B`;
}

/** "1.20 s", "123 samples", "1.2 MB". @param {Scale} scale @param {number} samples */
export function amountText(scale, samples) {
  if (scale.metric === 'memory') {
    return bytesText(samples);
  }
  if (scale.metric === 'allocations') {
    return counted(samples, 'allocation');
  }
  const least = scale.lowerBound ? '≥ ' : '';
  if (!(scale.secondsPerSample > 0)) {
    return least + counted(samples, 'sample');
  }
  const digits = digitsOf(samples);
  const seconds = samples * scale.secondsPerSample;
  const value = seconds >= 120 ? rounded(seconds, digits) : seconds;
  return least + secondsText(value, seconds / Math.sqrt(samples), Math.min(digits, 3));
}

/** "12.3%", "<0.1%". @param {number} part @param {number} whole */
export function percentText(part, whole) {
  if (!(part > 0) || !(whole > 0)) {
    return '0%';
  }
  if (part >= whole) {
    return '100%';
  }
  const decimal = whole >= 500;
  const unit = decimal ? 0.1 : 1;
  const share = Math.round((part / whole) * 100 / unit) * unit;
  if (share < unit / 2) {
    return decimal ? '<0.1%' : '<1%';
  }
  if (share > 100 - unit / 2) {
    return decimal ? '>99.9%' : '>99%';
  }
  return `${share.toFixed(decimal ? 1 : 0)}%`;
}

/** "790 ± 25 samples": the standard error of n of N. @param {Scale} scale @param {number} samples */
export function samplesText(scale, samples) {
  if (scale.metric !== 'cpu') {
    return '';
  }
  const share = scale.runSamples > 0 ? Math.min(samples / scale.runSamples, 1) : 0;
  const error = rounded(Math.sqrt(samples * (1 - share)), 2);
  return error > 0 ? `${grouped(samples)} ± ${grouped(Math.max(1, error))} samples`
    : counted(samples, 'sample');
}
