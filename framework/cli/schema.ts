// chaos schema: the JSON schema of plans, for editors.
import { EXIT } from '../contracts/result.js';
import type { Command } from './command.js';

export const schema: Command = {
  usage: 'schema',
  summary: 'print the JSON schema of plans (for editors: schema/plan.schema.json)',
  options: [],
  action: async (_args, _options, io) => {
    const [{ planSchema }, { defaultCatalog }] = await Promise.all([
      import('../plan/schema.js'),
      import('../catalog/catalog.js'),
    ]);
    io.out(`${JSON.stringify(await planSchema(defaultCatalog()), null, 2)}\n`);
    return EXIT.ok;
  },
};
