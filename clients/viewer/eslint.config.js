import js from '@eslint/js';

const browser = Object.fromEntries(['window', 'document', 'MutationObserver', 'ResizeObserver', 'DOMRect',
  'matchMedia', 'Node', 'getComputedStyle', 'requestAnimationFrame', 'performance', 'structuredClone']
  .map((name) => [name, 'readonly']));

export default [
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2022, sourceType: 'module', globals: browser },
    rules: {
      curly: 'error',
      eqeqeq: 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-var': 'error',
      'no-shadow': 'off',
      'prefer-const': 'error',
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', 70],
      'no-restricted-properties': ['error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'write'].map((property) => (
          { property, message: 'Text of a profile is never markup.' }))],
    },
  },
];
