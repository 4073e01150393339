// All tests in their order: some work on with what the one before left.
import { tests as show } from './show.mjs';
import { tests as record } from './record.mjs';
import { tests as panel } from './panel.mjs';
import { tests as menus } from './menus.mjs';
import { tests as trouble } from './trouble.mjs';
import { tests as windows } from './windows.mjs';

export const all = { ...show, ...record, ...panel, ...menus, ...trouble, ...windows };
