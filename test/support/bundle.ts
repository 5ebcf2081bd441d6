import { join } from "node:path";
import { build } from "vite";

/** Bundles an entry of the library as a module that a page can import; returns the path of the one file. */
export async function bundleForBrowser(entry: string, folder: string, name = "library"): Promise<string> {
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      lib: { entry, formats: ["es"], fileName: () => `${name}.js` },
    },
  });
  return join(folder, `${name}.js`);
}

/** Bundles the script of a page as for its users, minified; returns the path of the one file. */
export async function bundlePage(entry: string, folder: string, name: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      outDir: folder,
      emptyOutDir: false,
      minify: true,
      modulePreload: false,
      rolldownOptions: { input: entry, output: { entryFileNames: `${name}.js` } },
    },
  });
  return join(folder, `${name}.js`);
}
