import { join } from "node:path";
import { build } from "vite";

/** Bundles an entry of the library as a browser would load it; returns the path of the one module. */
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
