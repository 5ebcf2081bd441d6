/** What is being timed, on the last line of a terminal; nothing elsewhere. */
export interface Progress {
  show(text: string): void;
  /** Removes the line, so that what follows starts on a clean one. */
  clear(): void;
}

/** The part of a Node stream that is used. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const eraseLine = "\r\u001b[K";

export function createProgress(stream: Terminal): Progress {
  if (stream.isTTY !== true) return { show: () => {}, clear: () => {} };
  return {
    show: (text) => stream.write(`${eraseLine}${text.slice(0, (stream.columns || 80) - 1)}`),
    clear: () => stream.write(eraseLine),
  };
}
