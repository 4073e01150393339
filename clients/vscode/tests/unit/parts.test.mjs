import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as parts from '../../dist/pure.mjs';

const { Backoff, barImage, choiceOf, clockText, collectSettings, colorOfHue, commandLine, commitText, descriptionOf, durationText,
  fileOf, hueOf, HUE_COUNT, joinWords, LEVELS, levelOf, mayReturn, SERVER_SETTINGS, splitWords, whenText } = parts;

const RUN = {
  id: 7, target: 'x.py', title: 'x.py', cwd: '/p', workspace: '/p', start: '2026-11-22T14:02:03+01:00',
  elapsed: 3.28, busy: 3.1, rate: 100, samples: 310, errors: 0, exit_status: 0, processes: 1, threads: 1,
  python_version: '3.12.1', git: { commit: '0123456789abcdef', branch: 'main', dirty: true }, label: null,
  pinned: false, argv: ['/usr/bin/python3', 'x.py', '-v'], flags: [],
};
const TOOLS = { hotlens: '/b/hotlens', python: '/b/python', pySpy: undefined };

for (const [text, words] of [
  ['', []],
  ['  ', []],
  ['a b', ['a', 'b']],
  ["'a b'", ['a b']],
  ['"a \\"b\\" \\\\ \\n"', ['a "b" \\ \\n']],
  ['a\\ b', ['a b']],
  ["a'b c'd", ['ab cd']],
  ['""', ['']],
  ["'it'\\''s'", ["it's"]],
  ['--x="$HOME" *', ['--x=$HOME', '*']],
  ['tail\\', ['tail\\']],
  ['"open', ['open']],
]) {
  test(`words of ${JSON.stringify(text)}`, () => assert.deepEqual(splitWords(text), words));
}

test('words survive being joined', () => {
  for (const words of [['a'], [''], ['a b', "it's", '"', '\\', 'ü', '$x', '--a=b']]) {
    assert.deepEqual(splitWords(joinWords(words)), words);
  }
});

test('levels rise with the share', () => {
  assert.equal(levelOf(0), 0);
  assert.equal(levelOf(1), LEVELS - 1);
  for (let share = 0; share < 1; share += 0.001) {
    assert.ok(levelOf(share) <= levelOf(share + 0.001));
  }
});

test('bars grow with the level, and stay inside', () => {
  const widths = Array.from({ length: LEVELS }, (_, level) => Number(/width="(\d+)" height="14"/.exec(barImage(level, '#123456'))[1]));
  assert.deepEqual([...widths].sort((a, b) => a - b), widths);
  assert.equal(new Set(widths).size, LEVELS);
  assert.ok(widths.at(-1) <= 16);
});

/** WCAG's relative luminance. */
function luminance(color) {
  const [r, g, b] = [1, 3, 5].map(at => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map(value => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test('hues stand out from their background', () => {
  for (let hue = 0; hue < HUE_COUNT; hue++) {
    assert.ok(1.05 / (luminance(colorOfHue(hue, false)) + 0.05) >= 3, `light ${hue}`);
    assert.ok((luminance(colorOfHue(hue, true)) + 0.05) / (luminance('#1f1f1f') + 0.05) >= 3, `dark ${hue}`);
  }
});

test('a name has one hue, and names spread', () => {
  assert.equal(hueOf('burn', '/a.py'), hueOf('burn', '/a.py'));
  assert.equal(new Set(Array.from({ length: 100 }, (_, i) => hueOf(`function_${i}`, '/a.py'))).size, HUE_COUNT);
});

for (const [seconds, text] of [
  [0, '0.0 s'], [3.28, '3.3 s'], [12.4, '12 s'], [59.6, '1 min'], [60, '1 min'], [65, '1 min 5 s'], [3600, '1 h'], [3720, '1 h 2 min'],
]) {
  test(`${seconds} seconds are ${text}`, () => assert.equal(durationText(seconds), text));
}

for (const [milliseconds, text] of [[999, '0 s'], [59_999, '59 s'], [65_000, '1:05'], [3_661_000, '1:01:01']]) {
  test(`the clock after ${milliseconds} ms`, () => assert.equal(clockText(milliseconds), text));
}

test('when a run was', () => {
  const start = new Date(2026, 10, 22, 14, 2);
  const iso = `2026-11-22T14:02:03`;
  assert.equal(whenText(iso, start), '14:02');
  assert.equal(whenText(iso, new Date(2026, 10, 24)), 'Sun 14:02');
  assert.equal(whenText(iso, new Date(2027, 0, 1)), '2026-11-22 14:02');
  assert.equal(whenText('nonsense', start), 'nonsense');
});

test('a run in words', () => {
  assert.equal(commitText(RUN), '0123456*');
  assert.match(descriptionOf(RUN, new Date(2027, 5, 1)), /^2026-11-22 14:02 · 3\.3 s · 0123456\*$/);
  assert.equal(descriptionOf({ ...RUN, elapsed: null, git: { commit: null, branch: null, dirty: null } }, new Date(2027, 5, 1)),
    '2026-11-22 14:02');
  assert.equal(fileOf(RUN), 'x.py');
  assert.equal(fileOf({ ...RUN, argv: ['python3', '-m', 'x'] }), undefined);
});

for (const [task, line] of [
  [{ file: 'a.py', args: ['1'] }, ['/b/hotlens', 'record', '--', '/b/python', 'a.py', '1']],
  [{ module: 'm', python: 'py' }, ['/b/hotlens', 'record', '--', 'py', '-m', 'm']],
  [{ command: ['pytest', '-x'] }, ['/b/hotlens', 'record', '--', 'pytest', '-x']],
  [{ pid: 12, native: true, duration: 3 }, ['/b/hotlens', 'record', '--duration=3', '--native', '--pid', '12']],
  [{ file: 'a.py', rate: 200, subprocesses: false, threads: false, idle: true, sudo: true, pySpy: 'p', runLabel: 'x', label: 'y' },
    ['/b/hotlens', 'record', '--rate=200', '--py-spy=p', '--label=x', '--no-subprocesses', '--no-threads', '--idle', '--sudo', '--', '/b/python', 'a.py']],
  [{ module: 'm', gil: true, nonblocking: true, sampler: 'launch', grace: 2, storeSources: false, installPySpy: true, workspace: '/w', db: '/d', quiet: true },
    ['/b/hotlens', 'record', '--sampler=launch', '--grace=2', '--workspace=/w', '--db=/d', '--gil', '--nonblocking', '--no-sources', '--install-py-spy', '--quiet', '--', '/b/python', '-m', 'm']],
  [{ mode: 'top', pid: 1, storeSources: false }, '"storeSources" is for the mode "record" only'],
  [{ mode: 'top', pid: 1, sampler: 'auto' }, '"sampler" is for the mode "record" only'],
  [{ mode: 'top', pid: '12', rate: 50, idle: true }, ['/b/hotlens', 'top', '--rate=50', '--idle', '12']],
  [{ mode: 'top', file: 'a.py', args: ['1'] }, ['/b/hotlens', 'top', '--', '/b/python', 'a.py', '1']],
  [{ mode: 'top', pid: 1, native: false, threads: true }, ['/b/hotlens', 'top', '1']],
  [{ mode: 'top', pid: 1, threads: false }, '"threads" is for the mode "record" only'],
  [{ mode: 'top', pid: 1, native: true }, '"native" is for the mode "record" only'],
  [{}, 'one of "file", "module", "command" and "pid" is needed'],
  [{ command: [] }, 'one of "file", "module", "command" and "pid" is needed'],
]) {
  test(`the task ${JSON.stringify(task)}`, () =>
    assert.deepEqual(commandLine({ type: 'hotlens', mode: 'record', ...task }, TOOLS), line));
}

test('a task has every option of the command line', () => {
  const help = execFileSync(process.env.HOTLENS ?? fileURLToPath(new URL('../../../../build/hotlens', import.meta.url)), ['record', '--help'], { encoding: 'utf8' });
  const options = [...help.matchAll(/^ {2}(?:-\w, )?--([\w-]+)/gm)].map(([, name]) => name);
  const others = ['list', 'json', 'help']; // do not record
  const names = {
    label: 'runLabel', 'no-sources': 'storeSources', 'no-subprocesses': 'subprocesses', 'no-threads': 'threads',
    'py-spy': 'pySpy', 'install-py-spy': 'installPySpy',
  };
  const { contributes } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const known = Object.keys(contributes.taskDefinitions[0].properties);
  assert.ok(options.length > 15, help);
  assert.deepEqual(options.filter(name => !others.includes(name) && !known.includes(names[name] ?? name)), []);
});

test('the py-spy of the settings is for tasks that name none', () => {
  const line = task => commandLine({ type: 'hotlens', mode: 'record', pid: 1, ...task }, { ...TOOLS, pySpy: '/set/py-spy' });
  assert.deepEqual(line({}), ['/b/hotlens', 'record', '--py-spy=/set/py-spy', '--pid', '1']);
  assert.deepEqual(line({ pySpy: '/own' }), ['/b/hotlens', 'record', '--py-spy=/own', '--pid', '1']);
  assert.deepEqual(line({ mode: 'top' }), ['/b/hotlens', 'top', '--py-spy=/set/py-spy', '1']);
});

test('a run that was chosen is shown again until another is recorded', () => {
  const day = 24 * 3600 * 1000;
  assert.equal(choiceOf(7, 7, 0), undefined, 'the newest is shown anyway');
  assert.equal(choiceOf(7, undefined, 0), undefined);
  const choice = choiceOf(3, 7, 0);
  assert.ok(mayReturn(choice, [7, 5, 3], day - 1));
  assert.ok(!mayReturn(choice, [8, 7, 5, 3], 1), 'recorded since');
  assert.ok(!mayReturn(choice, [7, 5], 1), 'deleted');
  assert.ok(!mayReturn(choice, [7, 5, 3], day), 'long ago');
});

test('a server is started again later each time, and not for ever', () => {
  const backoff = new Backoff();
  const delays = Array.from({ length: 6 }, (_, i) => backoff.next(i * 1000));
  assert.deepEqual(delays, [500, 1000, 2000, 4000, 8000, undefined]);
  assert.equal(backoff.next(10 * 60_000), 500);
});

test('settings: those of the server, the interpreter only where none is set', () => {
  const values = { python: '', rate: 100, syncFocus: true, 'inlayHints.enabled': false, pathMappings: null };
  assert.deepEqual(collectSettings(name => values[name], '/env/python'),
    { python: '/env/python', rate: 100, 'inlayHints.enabled': false });
  assert.deepEqual(collectSettings(name => ({ python: '/mine' })[name], '/env/python'), { python: '/mine' });
});

test('every setting of the server is in the manifest, with the server\'s default', async () => {
  const { readFile } = await import('node:fs/promises');
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  const settings = Object.assign({}, ...manifest.contributes.configuration.map(({ properties }) => properties));
  const source = await readFile(new URL('../../../../src/server/settings.c', import.meta.url), 'utf8');
  const known = [...source.matchAll(/^ {4}\{"([\w.]+)", TYPE_(\w+)/gm)].filter(([, , type]) => type !== 'CLIENT').map(([, name]) => name);
  assert.deepEqual([...known].sort(), [...SERVER_SETTINGS].sort());
  for (const name of SERVER_SETTINGS) {
    assert.ok(settings[`hotlens.${name}`], name);
  }
  for (const [name, { description, markdownDescription }] of Object.entries(settings)) {
    assert.ok(description ?? markdownDescription, `${name} is described`);
  }
});

test('commands: what menus and lenses name is there, and what is there has a title', async () => {
  const { readFile } = await import('node:fs/promises');
  const { contributes } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  const names = new Set(contributes.commands.map(({ command }) => command));
  for (const entry of Object.values(contributes.menus).flat()) {
    assert.ok(names.has(entry.command), entry.command);
  }
  const sources = await Promise.all(['commands', 'statusBar', 'runsView'].map(name => readFile(new URL(`../../src/${name}.ts`, import.meta.url), 'utf8')));
  for (const name of names) {
    assert.ok(sources[0].includes(`${name.slice('hotlens.'.length)}:`), `${name} is registered`);
  }
});

test('an untrusted workspace names no programs and starts none', () => {
  const { capabilities, contributes } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const { supported, restrictedConfigurations } = capabilities.untrustedWorkspaces;
  assert.equal(supported, 'limited');
  assert.deepEqual([...restrictedConfigurations].sort(),
    ['hotlens.pySpy', 'hotlens.python', 'hotlens.server.path', 'hotlens.sudo', 'hotlens.targets']);
  const known = contributes.configuration.flatMap(({ properties }) => Object.keys(properties));
  assert.deepEqual(restrictedConfigurations.filter(name => !known.includes(name)), []);
  const starters = contributes.commands.filter(({ command }) => command.startsWith('hotlens.profile'));
  assert.ok(starters.length >= 5);
  assert.deepEqual(starters.filter(({ enablement }) => enablement !== 'isWorkspaceTrusted'), []);
});

test('the manifest has every setting of the server, with its default', () => {
  const { contributes } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const known = Object.assign({}, ...contributes.configuration.map(({ properties }) => properties));
  assert.deepEqual(SERVER_SETTINGS.filter(name => !known[`hotlens.${name}`]), []);
  assert.equal(known['hotlens.inlayHints.content'].default, 'both');
  assert.equal(known['hotlens.duration'].default, 0);
  assert.equal(known['hotlens.sudo'].default, false);
});
