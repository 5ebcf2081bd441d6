// Removes the build output, so that no module of an earlier build survives a rename.
import { rmSync } from "node:fs";

rmSync(new URL("../dist", import.meta.url), { recursive: true, force: true });
