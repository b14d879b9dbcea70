import { type Checked, error, failed, wholeFile } from "../problem.ts";
import { decode, largestFile } from "./read-text.ts";

const patienceMs = 15_000;

/** The text behind an http or https URL, at most as much as a file may have. Fails with FileUnreadable, FileTooLarge or NotText. */
export async function fetchText(url: string): Promise<Checked<string>> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(patienceMs),
      headers: { accept: "application/yaml, application/json, */*" },
    });
    if (!response.ok) return failed(error("FileUnreadable", wholeFile(url), `The server answers ${response.status}. Check the URL.`));
    const parts: Uint8Array[] = [];
    let total = 0;
    for await (const part of response.body ?? []) {
      parts.push(part);
      total += part.length;
      if (total > largestFile) break;
    }
    return decode(url, Buffer.concat(parts));
  } catch (thrown) {
    const cause = thrown instanceof Error ? (thrown.cause instanceof Error ? thrown.cause.message : thrown.message) : String(thrown);
    return failed(error("FileUnreadable", wholeFile(url), `It cannot be fetched (${cause}). Check the URL and the network.`));
  }
}
