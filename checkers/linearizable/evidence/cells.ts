// Names for registers: by the shape of the witness.
import { type Family, NOBODY } from './family.js';
import { NAMED_SHAPES } from './names.js';
import { shapeOf } from './shape.js';

export const cells: Family = {
  fits: ({ cell }) => cell !== undefined,
  names: NAMED_SHAPES,
  name({ history, partition, actions, initial, shown, stuck }) {
    const shape = shapeOf(history, partition, actions, actions.values.id(initial), shown, stuck);
    const named = NAMED_SHAPES.find(({ fits }) => fits(shape));
    if (named === undefined) return undefined;
    const context = (named.context?.(shape) ?? []).filter((row) => row !== NOBODY);
    return { name: named.name, sentence: (words) => named.sentence(shape, words), context };
  },
};
