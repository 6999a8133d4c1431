// An ECMAScript module like a function's, for wait.js to load.

import { readFile } from 'node:fs/promises';

export const handler = async (name) => (await readFile(name)).length;
