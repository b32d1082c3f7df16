// The skeletons that `chaos new` writes: file name to text, the plan last.
import { checkerSkeleton } from './checker.js';
import { modelSkeleton } from './model.js';
import { nemesisSkeleton } from './nemesis.js';
import { systemSkeleton } from './system.js';
import { workloadSkeleton } from './workload.js';

export type Skeleton = (name: string) => Record<string, string>;

export const SKELETONS: Readonly<Record<string, Skeleton>> = {
  system: systemSkeleton,
  workload: workloadSkeleton,
  nemesis: nemesisSkeleton,
  checker: checkerSkeleton,
  model: modelSkeleton,
};
