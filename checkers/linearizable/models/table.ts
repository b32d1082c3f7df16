// The built-in models by name.
import { casRegister } from './cas-register.js';
import type { AnyModel } from './model.js';
import { register } from './register.js';

export const MODELS: readonly AnyModel[] = [register, casRegister];

/** The model that `auto` stands for. */
export const DEFAULT_MODEL = casRegister;

export function modelNamed(name: string): AnyModel | undefined {
  return name === 'auto' ? DEFAULT_MODEL : MODELS.find((model) => model.name === name);
}
