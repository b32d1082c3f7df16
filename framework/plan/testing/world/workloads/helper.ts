// No definition: the catalog leaves it alone.
export const helper = 1;
