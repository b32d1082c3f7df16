// One name, one meaning, whichever checker finds it.
import type { Explanations } from '../../../framework/contracts/explanation.js';
import { CLUSTER } from './cluster.js';
import { ELEMENTS } from './elements.js';
import { REGISTERS } from './registers.js';

export const EXPLANATIONS: Explanations = { ...REGISTERS, ...ELEMENTS, ...CLUSTER };
