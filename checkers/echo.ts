// Echoes: the answer is what was sent.
import { defineChecker } from '../framework/contracts/define.js';
import { EVENT_OK } from '../framework/contracts/history.js';
import { option } from '../framework/contracts/options.js';
import { actor } from './shared/actor.js';
import { sameJson } from './shared/canonical.js';
import { EXPLANATIONS } from './shared/explanations/explanations.js';
import { Findings } from './shared/findings.js';
import { amount, capital, instant, show } from './shared/text.js';

interface Options {
  function: string;
}

export default defineChecker<Options>({
  name: 'echo',
  summary: 'Every answer equals its request.',
  options: { function: option.text('The function whose answer must equal its request.', 'echo') },
  anomalies: ['wrong-echo'],
  explains: EXPLANATIONS,
  check(history, { options }) {
    const { type, f, mate, time, length } = history.columns;
    const echo = history.functionId(options.function);
    const findings = new Findings();
    let answered = 0;
    for (let row = 0; row < length; row++) {
      const invoked = mate[row]!;
      if (f[row] !== echo || type[row] !== EVENT_OK || invoked < 0) continue;
      answered++;
      const asked = history.value(invoked);
      const answer = history.value(row);
      if (sameJson(asked, answer)) continue;
      findings.add('wrong-echo', () => ({
        message: `${capital(actor(history, invoked))} sent ${show(asked)} and got back ${show(answer)} at ${instant(time[row]!)}.`,
        operations: [invoked],
        evidence: { asked, answer },
      }));
    }
    return findings.verdict({
      unknown: answered === 0 ? 'no echo was answered' : null,
      valid: `${amount(answered, 'answer')} equal to the request`,
      details: { answered, wrong: findings.count('wrong-echo') },
    });
  },
});
