import { constants, open } from "node:fs";
import { stat } from "node:fs/promises";
import { Socket } from "node:net";
import { promisify } from "node:util";
import { type Checked, error, failed, wholeFile } from "../problem.ts";
import { decode, largestFile, readText, unreadable } from "./read-text.ts";

/** How long a pipe may say nothing (milliseconds). */
const patienceMs = 10_000;

/**
 * The text of what a person names: a file, or a pipe as `<(...)` and `/dev/stdin` are. Fails as `readText` does, and with FileUnreadable
 * when nothing comes from the pipe for ten seconds.
 */
export async function readTextOrPipe(path: string): Promise<Checked<string>> {
  try {
    return (await stat(path)).isFIFO() ? await textOfPipe(path) : await readText(path);
  } catch (thrown) {
    return failed(unreadable(path, thrown));
  }
}

/** A pipe is opened without waiting for its other end, so that no read outlives the program's wish to end (POSIX: open, O_NONBLOCK). */
async function textOfPipe(path: string): Promise<Checked<string>> {
  const descriptor = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const bytes = await bytesOf(new Socket({ fd: descriptor, readable: true, writable: false }));
  return bytes === "silent"
    ? failed(
        error("FileUnreadable", wholeFile(path), "Nothing came from the pipe for 10 seconds. Let its other end write, or name a file."),
      )
    : decode(path, bytes);
}

/** All that comes, as far as a file may be long. */
function bytesOf(pipe: Socket): Promise<Uint8Array | "silent"> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    let total = 0;
    const end = (outcome: Uint8Array | "silent"): void => {
      pipe.destroy();
      resolve(outcome);
    };
    pipe.setTimeout(patienceMs, () => end("silent"));
    pipe.on("data", (part: Buffer) => {
      parts.push(part);
      total += part.length;
      if (total > largestFile) end(Buffer.concat(parts));
    });
    pipe.on("end", () => end(Buffer.concat(parts)));
    pipe.on("error", reject);
  });
}
