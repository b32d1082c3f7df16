// Makes links bad without cutting them: slow, lossy, duplicating, out of order.
import { type Delay, type LinkQuality, needsOf } from '../framework/contracts/cluster.js';
import { defineNemesis } from '../framework/contracts/define.js';
import type { Injection } from '../framework/contracts/nemesis.js';
import { option } from '../framework/contracts/options.js';
import { badInjection, isRecord, linksOf, namesOf, numberOf, onlyFields } from './shared/fields.js';
import { oneWay } from './shared/shapes.js';

const NAME = 'network';
const DISTRIBUTIONS = ['constant', 'uniform', 'exponential', 'normal'] as const;
const PROBABILITIES = ['loss', 'duplicate', 'reorder', 'corrupt'] as const;

interface NetworkInjection extends Injection {
  links: readonly (readonly [from: string, to: string])[];
  quality: LinkQuality;
}

/** A poor wide-area link, when the plan asks for nothing in particular. */
const POOR: LinkQuality = {
  delay: { distribution: 'normal', mean: 50, jitter: 10 },
  loss: 0.05,
  duplicate: 0.05,
  reorder: 0.2,
};

/** What the plan asks for, and nothing else; the default only when it asks for nothing at all. */
function wanted(options: LinkQuality): LinkQuality {
  const quality: LinkQuality = {};
  if (options.delay !== undefined) quality.delay = { ...options.delay };
  for (const name of PROBABILITIES) {
    const probability = options[name];
    if (probability !== undefined) quality[name] = probability;
  }
  if (options.rate !== undefined) quality.rate = options.rate;
  return Object.keys(quality).length > 0 ? quality : POOR;
}

function delayOf(value: unknown): Delay {
  if (!isRecord(value)) throw badInjection(NAME, '"delay" must be an object with distribution and mean');
  onlyFields(NAME, value, ['distribution', 'mean', 'jitter'], 'a delay');
  const distribution = DISTRIBUTIONS.find((name) => name === value['distribution']);
  if (distribution === undefined) {
    throw badInjection(NAME, `"distribution" must be one of ${DISTRIBUTIONS.join(', ')}`);
  }
  const time = 'a number of milliseconds, 0 or more';
  const mean = numberOf(NAME, 'mean', value['mean'], time, (ms) => ms >= 0);
  if (mean === undefined) throw badInjection(NAME, `"mean" is missing: it must be ${time}`);
  const jitter = numberOf(NAME, 'jitter', value['jitter'], time, (ms) => ms >= 0);
  return { distribution, mean, ...(jitter === undefined ? {} : { jitter }) };
}

function qualityOf(value: unknown): LinkQuality {
  if (!isRecord(value) || Object.keys(value).length === 0) {
    throw badInjection(
      NAME,
      '"quality" must be an object with one or more of delay, loss, duplicate, reorder, corrupt, rate',
    );
  }
  onlyFields(NAME, value, ['delay', 'rate', ...PROBABILITIES], 'a quality');
  const quality: LinkQuality = {};
  if (value['delay'] !== undefined) quality.delay = delayOf(value['delay']);
  for (const name of PROBABILITIES) {
    const probability = numberOf(NAME, name, value[name], 'a fraction between 0 and 1', (p) => p >= 0 && p <= 1);
    if (probability !== undefined) quality[name] = probability;
  }
  const rate = numberOf(NAME, 'rate', value['rate'], 'a number of bits a second, more than 0', (bits) => bits > 0);
  if (rate !== undefined) quality.rate = rate;
  return quality;
}

export default defineNemesis<LinkQuality, NetworkInjection>({
  name: NAME,
  summary:
    'Delays, loses, duplicates, reorders and (on hosts) corrupts or slows down what the links of its targets carry, both ways.',
  needs: (options) => needsOf(wanted(options)),
  options: {
    delay: option.object(
      'Added to every message. Without any option: 50ms +- 10ms, 5% lost, 5% duplicated, 20% reordered.',
      {
        distribution: option.choice('How delays spread.', DISTRIBUTIONS, 'uniform'),
        mean: option.duration('Mean delay.', '50ms'),
        jitter: option.duration('Half width (uniform) or deviation (normal).', '0ms'),
      },
    ),
    loss: option.percent('Messages that are lost.'),
    duplicate: option.percent('Messages that arrive twice.'),
    reorder: option.percent('Messages that are held back until others have overtaken them.'),
    corrupt: option.percent('Packets of which a bit is flipped on the way.'),
    rate: option.integer('Bits a second that each link carries at most.', undefined, { minimum: 1 }),
  },
  targets: 'all',
  choose: ({ options, targets, nodes }) => {
    const links = oneWay(nodes, nodes).filter(
      ([from, to]) => from !== to && (targets.includes(from) || targets.includes(to)),
    );
    if (links.length === 0) return { skip: 'a single node has no links' };
    return { targets, links, quality: wanted(options) };
  },
  inject: async (injection, faults) => {
    onlyFields(NAME, injection, ['targets', 'links', 'quality']);
    namesOf(NAME, injection);
    return faults.degrade(linksOf(NAME, 'links', injection.links), qualityOf(injection.quality));
  },
});
