/** Text inside HTML. Whatever comes from a file or a configuration passes through here. */

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}

/** JSON for a script element: no end tag and no comment can be inside. */
export function embeddedJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/** Numbers as they are printed in books: a minus sign for the hyphen, ∞ for inf. */
export function typographic(text: string): string {
  return text.replace(/(?<![\w.])-(?=[\d.]|inf)/g, "−").replace(/−inf\b/g, "−∞");
}
