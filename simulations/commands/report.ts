import type { FileSystem } from "../engine/file-system.js";
import { renderReport } from "../engine/report/page.js";
import { readResultFolder, writeReport } from "../engine/result-files.js";
import type { Streams } from "./streams.js";

/** `sparsewave report`: rebuilds the report of a finished run from the files beside it. */
export async function reportCommand(folder: string, streams: Streams, files: FileSystem): Promise<number> {
  const file = await writeReport(folder, renderReport(readResultFolder(folder, files)), files);
  streams.stdout.write(`The report is in ${file}\n`);
  return 0;
}
