/** Counting the typed arrays that are made, views included, with where they were made. */

const kinds = ["Float64Array", "Float32Array", "Int32Array", "Uint32Array", "Uint8Array"] as const;
/** Methods that make another array without calling the constructor by its global name. */
const makers = ["subarray", "slice", "map", "filter"] as const;

type Making = (this: unknown, ...parameters: unknown[]) => unknown;

/** Runs `work`; every typed array and buffer that is made meanwhile is reported as the stack of its maker. */
export function typedArraysMadeBy(work: () => void): string[] {
  const made: string[] = [];
  const note = (what: string): void => {
    const { stack = "" } = new Error(what);
    made.push(stack.split("\n").slice(3, 7).join("\n"));
  };
  const globals = globalThis as unknown as Record<string, typeof Float64Array>;
  const undo: (() => void)[] = [];
  for (const kind of [...kinds, "ArrayBuffer", "SharedArrayBuffer"]) {
    const original = globals[kind];
    globals[kind] = new Proxy(original, {
      construct(target, parameters, newTarget) {
        note(kind);
        return Reflect.construct(target, parameters, newTarget) as object;
      },
    });
    undo.push(() => {
      globals[kind] = original;
    });
  }
  const prototype = Object.getPrototypeOf(Float64Array.prototype) as Record<string, Making>;
  for (const name of makers) {
    const original = prototype[name];
    prototype[name] = function (...parameters) {
      note(name);
      return original.apply(this, parameters);
    };
    undo.push(() => {
      prototype[name] = original;
    });
  }
  try {
    work();
  } finally {
    for (const restore of undo) restore();
  }
  return made;
}
