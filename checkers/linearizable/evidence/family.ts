// How a violation gets its name: each family of models has names for what a witness of its operations shows.
import type { History } from '../../../framework/contracts/history.js';
import type { AnyModel } from '../models/model.js';
import type { Actions } from '../prepare/actions.js';
import type { Partition } from '../prepare/partition.js';
import type { Words } from './words.js';

/** A witness: operations that prove a violation, as indexes into the partition, which holds no more than bears on it. */
export interface Finding {
  history: History;
  partition: Partition;
  actions: Actions;
  /** The user's initial value. */
  initial: unknown;
  /** In order of invocation. */
  shown: readonly number[];
  /** The one among them that returned last. */
  stuck: number;
}

export interface Named {
  name: string;
  /** One sentence that a newcomer understands. */
  sentence: (words: Words) => string;
  /** Event indexes of invocations that the sentence names beside the witness. */
  context?: readonly number[];
}

export interface Family {
  fits: (model: AnyModel) => boolean;
  /** What it can say, for lists of anomalies. */
  names: readonly { name: string; summary: string }[];
  /** Undefined: none of its names fits. */
  name: (finding: Finding) => Named | undefined;
}

export const NOBODY = -1;
