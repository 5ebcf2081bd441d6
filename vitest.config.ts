import { configDefaults, defineConfig } from "vitest/config";

// `npm test` runs the suite; `npm run test:full` adds test/full; `npm run test:browser` runs test/browser in Chromium.
const { SPARSEWAVE_FULL, SPARSEWAVE_BROWSER } = process.env;
const left = [
  ...(SPARSEWAVE_FULL ? [] : ["test/full/**"]),
  ...(SPARSEWAVE_BROWSER ? [] : ["test/browser/**"]),
];

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...left],
    setupFiles: ["test/support/kernel-backend.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
