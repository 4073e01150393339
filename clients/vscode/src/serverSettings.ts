/** The settings that the server knows, by name; the others are the extension's own. */
export const SERVER_SETTINGS = [
  'python', 'pySpy', 'rate', 'threads', 'subprocesses', 'subprocessesOnAttach', 'idle', 'gil', 'native',
  'nonblocking', 'duration', 'sudo', 'inlayHints.enabled', 'inlayHints.minimumPercent', 'inlayHints.content',
  'codeLenses.enabled', 'hovers.enabled',
  'diagnostics.enabled', 'diagnostics.minimumPercent', 'showLastRun', 'storeSources',
  'retention.runsPerTarget', 'retention.days', 'retention.megabytes', 'pathMappings', 'showFlamegraph',
  'targets',
] as const;

/** Settings as the server takes them: {"inlayHints.enabled": true, …}. */
export function collectSettings(get: (name: string) => unknown, python: string | undefined): Record<string, unknown> {
  const settings: Record<string, unknown> & { python?: unknown } = {};
  for (const name of SERVER_SETTINGS) {
    const value = get(name);
    if (value !== undefined && value !== null) {
      settings[name] = value;
    }
  }
  if ((settings.python ?? '') === '' && python) {
    settings.python = python;
  }
  return settings;
}
