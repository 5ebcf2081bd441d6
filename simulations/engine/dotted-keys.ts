/** Dotted keys of a nested configuration: `array.antennas` is field `antennas` of field `array`. */

type Fields = Readonly<Record<string, unknown>>;

function isGroup(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The dotted keys of all fields that are not groups of fields, in order. */
export function dottedKeys(fields: object): string[] {
  return Object.entries(fields).flatMap(([key, value]) =>
    isGroup(value) ? dottedKeys(value).map((rest) => `${key}.${rest}`) : [key],
  );
}

/** The value at a dotted key; `undefined` if there is none. */
export function valueAt(fields: object, key: string): unknown {
  let value: unknown = fields;
  for (const name of key.split(".")) {
    if (!isGroup(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** A copy with another value at a dotted key; groups on the way are made as needed. */
export function withValue(fields: object, key: string, value: unknown): Record<string, unknown> {
  const [name, ...rest] = key.split(".");
  const copy = Object.assign(Object.create(null), fields) as Record<string, unknown>;
  const group = Object.hasOwn(fields, name!) ? (fields as Fields)[name!] : undefined;
  copy[name!] = rest.length === 0 ? value : withValue(isGroup(group) ? group : {}, rest.join("."), value);
  return copy;
}

/** A copy without a dotted key; a group that has lost its last field goes as well. */
export function withoutKey(fields: object, key: string): Record<string, unknown> {
  const [name, ...rest] = key.split(".");
  const copy = Object.assign(Object.create(null), fields) as Record<string, unknown>;
  const group = copy[name!];
  const remaining = rest.length > 0 && isGroup(group) ? withoutKey(group, rest.join(".")) : {};
  if (Object.keys(remaining).length > 0) copy[name!] = remaining;
  else delete copy[name!];
  return copy;
}
