/** What needs no VS Code, in one bundle for the unit tests. */
export * from './backoff';
export * from './choice';
export * from './heatScale';
export * from './recordArguments';
export * from './runText';
export * from './serverSettings';
export * from './words';
