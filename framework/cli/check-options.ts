// What the command line says about a checker: which one, and its options.
import { ChaosError } from '../contracts/error.js';
import { holdsInexact } from '../history/numbers.js';
import { listOption, type OptionBag, textOption } from './command.js';

export function keyedChoice(options: OptionBag): 'auto' | 'yes' | 'no' {
  const choice = textOption(options, 'keyed') ?? 'auto';
  if (choice === 'auto' || choice === 'yes' || choice === 'no') return choice;
  throw new ChaosError('bad-keyed', `--keyed takes auto, yes or no, not '${choice}'`, { kind: 'usage' });
}

/** Flags that are options of the checker: as text, or as JSON where it is JSON. Commander calls `--max-time` `maxTime`. */
const FLAGS: readonly (readonly [flag: string, option: string, read: (text: string) => unknown])[] = [
  ['model', 'model', (text) => text],
  ['initial', 'initial', fromText],
  ['budget', 'budget', fromText],
  ['maxTime', 'max-time', (text) => text],
  ['memory', 'memory', (text) => text],
];

/** The checker's options as given on the command line. */
export function checkerOptions(options: OptionBag): Record<string, unknown> {
  const given: [string, unknown][] = FLAGS.flatMap(([flag, option, read]): [string, unknown][] => {
    const text = textOption(options, flag);
    return text === undefined ? [] : [[option, read(text)]];
  });
  if (options['nilMatchesAny'] === true) given.push(['nil-matches-any', true]);
  for (const pair of listOption(options, 'with')) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw new ChaosError('bad-with', `--with takes name=value, not '${pair}'`, { kind: 'usage' });
    given.push([pair.slice(0, equals), fromText(pair.slice(equals + 1))]);
  }
  return Object.fromEntries(given);
}

function fromText(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  if (holdsInexact(text)) {
    const hint = 'write integers of more than 53 bits as texts, as in \'"9007199254740993"\'';
    throw new ChaosError('bad-value', `a number in ${text} is too large or too long to be exact`, {
      kind: 'usage',
      hint,
    });
  }
  return value;
}
