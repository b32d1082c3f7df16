// Elements made without markup, so that nothing of a run can become a tag.

type Attributes = Readonly<Record<string, string | number | boolean | null>>;
type Child = Node | string | null;

/** An element with attributes (true: present; false and null: absent) and children; strings become text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(attribute, '');
    else if (value !== false && value !== null) made.setAttribute(attribute, String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** The page's colours, as CSS has them now: `colour('ok')` is the value of `--ok`. */
export function colour(name: string, place: Element = document.documentElement): string {
  return getComputedStyle(place).getPropertyValue(`--${name}`).trim();
}
