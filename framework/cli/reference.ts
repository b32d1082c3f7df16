// chaos reference: the reference page of plans, made from the definitions that validate them.
import { EXIT } from '../contracts/result.js';
import type { Command } from './command.js';

export const reference: Command = {
  usage: 'reference',
  summary: 'print the plan reference as Markdown (docs/plan-reference.md)',
  options: [],
  action: async (_args, _options, io) => {
    const [{ planReference }, { defaultCatalog }] = await Promise.all([
      import('../plan/reference.js'),
      import('../catalog/catalog.js'),
    ]);
    io.out(await planReference(defaultCatalog()));
    return EXIT.ok;
  },
};
