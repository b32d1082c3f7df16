// The validators of option schemas, each compiled once.
import { Ajv, type ValidateFunction } from 'ajv';
import { ChaosError, messageOf } from '../contracts/error.js';
import type { OptionSchema } from '../contracts/options.js';

const ajv = new Ajv({
  allErrors: true,
  verbose: true,
  strict: false,
  validateSchema: false,
  ownProperties: true,
  logger: false,
});
const compiled = new WeakMap<OptionSchema, ValidateFunction>();

/** The validator of a schema, compiled once. Throws `ChaosError` for a schema that is none. */
export function validator(schema: OptionSchema): ValidateFunction {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    try {
      validate = ajv.compile(schema);
    } catch (error) {
      throw new ChaosError('options-invalid', `a list of options is no JSON schema: ${messageOf(error)}`, {
        kind: 'internal',
      });
    }
    compiled.set(schema, validate);
  }
  return validate;
}
