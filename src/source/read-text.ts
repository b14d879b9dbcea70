import { type FileHandle, open } from "node:fs/promises";
import { type Checked, checked, error, failed, type Problem, wholeFile } from "../problem.ts";

/** The largest file that is read, in bytes. The largest public document known has 47 MB. */
export const largestFile = 64 * 1024 * 1024;

/** A file's text. A byte order mark at its begin is no part of it. Fails with FileUnreadable, FileTooLarge or NotText. */
export async function readText(path: string): Promise<Checked<string>> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const { size } = await file.stat();
    if (size > largestFile) return failed(tooLarge(path, size));
    return decode(path, await readAtMost(file, largestFile + 1));
  } catch (thrown) {
    return failed(unreadable(path, thrown));
  } finally {
    await file?.close();
  }
}

/** Reads to the end of the file, or to `limit`: what says its size is 0, as a pipe does, is bounded too. */
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
  if (bytes.includes(0))
    return failed(
      error("NotText", wholeFile(path), "The file is binary, or not UTF-8. Give an OpenAPI document as YAML or JSON in UTF-8."),
    );
  try {
    return checked(new TextDecoder("utf-8", { fatal: true }).decode(bytes), []);
  } catch {
    return failed(error("NotText", wholeFile(path), "The file is not UTF-8. Save it as UTF-8."));
  }
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
  ELOOP: "The path is a loop of symbolic links. Mend the links.",
  ENAMETOOLONG: "The path is too long for a file. Check it.",
};

/** What the system said, in words for a person. */
export function unreadable(path: string, thrown: unknown): Problem {
  const code = thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
  const words = code === undefined ? undefined : reasonsByCode[code];
  return error("FileUnreadable", wholeFile(path), words ?? `The file cannot be read (${code ?? String(thrown)}).`);
}
