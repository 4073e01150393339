/** Tests as lines. `test` names are numbered by the script that runs this; VIEWER_TESTS chooses some by a pattern. */
import assert from 'node:assert/strict';

let failed = 0;

export async function test(name, body) {
  if (!new RegExp(process.env.VIEWER_TESTS ?? '').test(name)) {
    return;
  }
  try {
    await body();
    console.log(`ok - ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok - ${name}`);
    console.log(String(error.stack ?? error).replace(/^/gm, '# '));
  }
}

export const failures = () => failed;
export { assert };

/** The same numbers every time. */
export function random(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
}
