// Files of user ids: looked through before they are sent, without keeping them.

/** As many as a list may have. */
export const IDS_MAX = 1_000_000;
const BYTES_MAX = 64 * 1024 * 1024;

/** One id a line, as people type them. */
export function readIds(text: string): string[] {
  return [...new Set(text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== ''))];
}

export const isCsv = (name: string): boolean => /\.(csv|tsv)$/i.test(name);

/** How many lines of a piece hold something; `state` goes from one piece to the next. */
function countLines(bytes: Uint8Array, state: { filled: boolean }): number {
  let lines = 0;
  for (const byte of bytes) {
    if (byte === 10) {
      lines += state.filled ? 1 : 0;
      state.filled = false;
    } else if (byte > 32) state.filled = true;
  }
  return lines;
}

/** Reads a file to its end: how many lines it has. Throws a sentence when it cannot be a list. */
export async function lookThrough(file: Blob, isTable: boolean, onRead: (bytes: number) => void, signal: AbortSignal): Promise<number> {
  if (file.size > BYTES_MAX) throw new Error(`The file has ${Math.ceil(file.size / 1e6)} MB; at most ${Math.floor(BYTES_MAX / 1e6)} MB are taken at once. Send it in parts: what is added comes on top.`);
  const reader = file.stream().getReader();
  const state = { filled: false };
  let lines = 0;
  let bytes = 0;
  for (;;) {
    signal.throwIfAborted();
    const { done, value } = await reader.read();
    if (done) break;
    if (value.includes(0)) throw new Error('This is no text file. One user id a line is needed, or a CSV file with them in its first column.');
    lines += countLines(value, state);
    bytes += value.length;
    onRead(bytes);
  }
  lines += state.filled ? 1 : 0;
  if (lines === 0) throw new Error('The file is empty.');
  if (lines > IDS_MAX + (isTable ? 1 : 0)) throw new Error(`The file has ${lines.toLocaleString('en')} lines; a list has at most ${IDS_MAX.toLocaleString('en')} ids.`);
  return lines;
}
