// For tests: Zab in a simulated cluster, its laws checked after every step; frames count by kind.
import { benchOf, type StoreBench } from '../../shared/testing/store-bench.js';
import type { ZabOptions } from '../options.js';
import { Server } from '../server.js';
import type { Zab } from '../zab.js';
import { Laws } from './laws.js';

export const DEFAULTS: ZabOptions = {
  reads: 'sync',
  heartbeat: 50,
  'sync-limit': 300,
  'init-limit': 800,
  'finalize-wait': 30,
  'snapshot-every': 500,
  chunk: 256,
  'max-sessions': 2000,
  bug: 'none',
};

export type Bench = StoreBench<Zab, Laws>;

export const bench = benchOf<Zab, ZabOptions, Laws>({
  server: (env, options) => new Server(env, options),
  defaults: DEFAULTS,
  laws: () => new Laws(),
  serves: ({ established }, followers, up) => established && followers === up,
  parts: ({ body: { frames } }) =>
    Array.isArray(frames) ? frames.map((frame) => (frame as { kind?: string } | null)?.kind ?? '') : [],
});
