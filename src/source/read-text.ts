import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { type Checked, checked, error, failed, type Place, type Problem, wholeFile } from "../problem.ts";

/** The largest file that is read, in bytes. The largest public document known has 47 MB. */
export const largestFile = 64 * 1024 * 1024;

/**
 * A file's text. A byte order mark at its begin is no part of it. Fails with FileUnreadable, FileTooLarge or NotText. Pipes and devices are
 * refused, for reading one may never end; so may opening one, unless it is said not to wait (POSIX: open, O_NONBLOCK).
 */
export async function readText(path: string): Promise<Checked<string>> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (stats.isDirectory()) return failed(unreadable(path, "EISDIR"));
    if (!stats.isFile()) return failed(unreadable(path, "ENXIO"));
    if (stats.size > largestFile) return failed(tooLarge(path, stats.size));
    return decode(path, await readAtMost(file, largestFile + 1));
  } catch (thrown) {
    return failed(unreadable(path, thrown));
  } finally {
    await file?.close();
  }
}

/** Reads to the end of the file, or to `limit`: a file may grow while it is read. */
async function readAtMost(file: FileHandle, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const { bytesRead, buffer } = await file.read(new Uint8Array(1024 * 1024));
    if (bytesRead === 0 || total > limit) return Buffer.concat(parts);
    parts.push(buffer.subarray(0, bytesRead));
    total += bytesRead;
  }
}

/** Bytes as text, if they are UTF-8 and no binary format. */
export function decode(path: string, bytes: Uint8Array): Checked<string> {
  if (bytes.length > largestFile) return failed(tooLarge(path, bytes.length));
  const nul = bytes.indexOf(0);
  if (nul !== -1)
    return failed(
      error(
        "NotText",
        placeOfByte(path, bytes, firstNotUtf8(bytes.subarray(0, nul + 1))),
        "The file is binary, or not UTF-8. Give an OpenAPI document as YAML or JSON in UTF-8.",
      ),
    );
  try {
    return checked(new TextDecoder("utf-8", { fatal: true }).decode(bytes), []);
  } catch {
    return failed(error("NotText", placeOfByte(path, bytes, firstNotUtf8(bytes)), "The file is not UTF-8. Save it as UTF-8."));
  }
}

/** Where the first bytes stand that are no UTF-8, else the last one: the decoder says only that there are such, so the longest good beginning is looked for. */
function firstNotUtf8(bytes: Uint8Array): number {
  let [good, end] = [0, bytes.length];
  while (end - good > 1) {
    const middle = Math.floor((good + end) / 2);
    try {
      // What is cut in the middle of a character waits for the rest of it.
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      end = middle;
    }
  }
  return good;
}

/** The line and column of a byte whose predecessors are UTF-8. */
function placeOfByte(source: string, bytes: Uint8Array, offset: number): Place {
  const lines = new TextDecoder().decode(bytes.subarray(0, offset)).split("\n");
  return { source, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1, pointer: "" };
}

const tooLarge = (path: string, size: number): Problem =>
  error(
    "FileTooLarge",
    wholeFile(path),
    `The file has ${Math.ceil(size / 1024 / 1024)} MiB; Portico reads at most ${largestFile / 1024 / 1024}. Split it, or leave examples out.`,
  );

const reasonsByCode: Readonly<Record<string, string>> = {
  ENOENT: "There is no such file. Check the path.",
  ENOTDIR: "There is no such file: a part of the path is no folder. Check the path.",
  EISDIR: "This is a folder. Name a file in it.",
  EACCES: "The file may not be read. Give yourself permission (chmod +r).",
  EPERM: "The file may not be read. Give yourself permission.",
  ENXIO: "This is a pipe, a socket or a device, not a file. Save what comes from it to a file, and name that.",
  ELOOP: "The path is a loop of symbolic links. Mend the links.",
  ERR_INVALID_ARG_VALUE: "The path has a NUL in it, which no file's has. Check it.",
  ENAMETOOLONG: "The path is too long for a file. Check it.",
};

const codeOf = (thrown: unknown): string | undefined =>
  thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;

/** What the system said, an error or its code, in words for a person. */
export function unreadable(path: string, thrown: unknown): Problem {
  const code = typeof thrown === "string" ? thrown : codeOf(thrown);
  if (code === "ENOENT" && /^[a-z]+:\/\//i.test(path))
    return error("FileUnreadable", wholeFile(path), "This is a URL, and what is named here is a file. Download it, and name the file.");
  const words = code === undefined ? undefined : reasonsByCode[code];
  return error("FileUnreadable", wholeFile(path), words ?? `The file cannot be read (${code ?? String(thrown)}).`);
}
