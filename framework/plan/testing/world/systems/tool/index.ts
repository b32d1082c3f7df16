// A program that a plan names, with paths of every sort.
import { defineSystem } from '../../../../../contracts/define.js';
import { option } from '../../../../../contracts/options.js';

interface Options {
  bin: string;
}

export default defineSystem<Options>({
  name: 'tool',
  summary: 'a program of the plan',
  firstNode: 0,
  workloads: ['register'],
  options: {
    bin: option.required(option.program('The program.')),
    home: option.path('A folder.', '.'),
    data: option.map('Files by name.', option.path('A file.')),
    parts: option.list('Files.', { anyOf: [{ type: 'integer' }, option.path('A file.')] }),
    label: option.text('A text.'),
  },
  program: ({ bin }) => ({ command: bin, args: [] }),
});
