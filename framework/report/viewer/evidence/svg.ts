// Parts of pictures made without markup.

const NAMESPACE = 'http://www.w3.org/2000/svg';

/** An SVG element with attributes; `text` becomes its text. */
export function shape(name: string, attributes: Readonly<Record<string, string | number>>, text?: string): SVGElement {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}
