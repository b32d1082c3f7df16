// How much a line of a log matters, where it says so.
import { LEVELS, type Level } from '../page/logs.js';

const HEAD = 200;

const WORDS: Readonly<Record<string, Level>> = {
  trace: 'debug',
  debug: 'debug',
  verbose: 'debug',
  dbg: 'debug',
  fine: 'debug',
  info: 'info',
  information: 'info',
  inf: 'info',
  notice: 'info',
  log: 'info',
  warn: 'warn',
  warning: 'warn',
  wrn: 'warn',
  error: 'error',
  err: 'error',
  fatal: 'error',
  panic: 'error',
  critical: 'error',
  crit: 'error',
  severe: 'error',
  emerg: 'error',
  i: 'info',
  w: 'warn',
  e: 'error',
  f: 'error',
  d: 'debug',
};

/** In this order: named, as glog writes it, in brackets or capitals, at the beginning. */
const PATTERNS: readonly RegExp[] = [
  /\b(?:level|lvl|severity|log\.level|s)["']?[:=] ?["']?([a-z]{1,11})\b/i,
  /^([IWEFD])\d{4,6} /,
  /[[(<](trace|debug|info|notice|warn|warning|error|err|fatal|panic|critical|crit|severe)[\])>]/i,
  /(?:^|[\s|:])(TRACE|DEBUG|VERBOSE|INFO|NOTICE|LOG|WARN|WARNING|ERROR|FATAL|PANIC|CRITICAL|SEVERE)(?=$|[\s:|])/,
  /^(panic|fatal|error|warning)\b/i,
];

const TROUBLE =
  /\b(?:Traceback \(most recent|Exception in thread|panicked at|the protocol threw|Segmentation fault|core dumped)/;

/** Index into LEVELS; 0: it does not say. */
export function levelOf(line: string): number {
  const head = line.length > HEAD ? line.slice(0, HEAD) : line;
  for (const pattern of PATTERNS) {
    const word = pattern.exec(head)?.[1]?.toLowerCase();
    if (word !== undefined && Object.hasOwn(WORDS, word)) return LEVELS.indexOf(WORDS[word]!);
  }
  return TROUBLE.test(head) ? LEVELS.indexOf('error') : 0;
}
