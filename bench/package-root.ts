import { existsSync } from "node:fs";

/** The folder of package.json, whether this runs compiled or from its source. */
export const packageRoot: URL = rootAbove(new URL("./", import.meta.url));

function rootAbove(folder: URL): URL {
  if (existsSync(new URL("package.json", folder))) return folder;
  const parent = new URL("../", folder);
  if (parent.href === folder.href) throw new Error(`no package.json above ${import.meta.url}`);
  return rootAbove(parent);
}
