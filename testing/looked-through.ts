import { readdir, readFile } from "node:fs/promises";
import { get } from "node:http";
import { join } from "node:path";
import { adminSocket } from "../src/compile/envoy/names.ts";
import type { Served } from "./portico.ts";

/** The command lines and environments of a process and of all that it started, and how many processes' files were read. */
export async function processesOf(pid: number): Promise<{ readonly text: string; readonly files: number }> {
  const found: string[] = [];
  const look = async (one: string): Promise<void> => {
    for (const file of ["cmdline", "environ"]) found.push(await readFile(`/proc/${one}/${file}`, "utf8").catch(() => ""));
    const children = await readFile(`/proc/${one}/task/${one}/children`, "utf8").catch(() => "");
    for (const child of children.split(" ").filter(Boolean)) await look(child);
  };
  await look(String(pid));
  return { text: found.join("\n"), files: found.length };
}

/** All files below a folder as one text. */
export async function textsIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, "latin1")))).join("\n");
}

/** What the Envoy of `portico run` says of its configuration. */
export async function configurationOf({ runs }: Served): Promise<string> {
  const [run = ""] = await readdir(runs);
  return new Promise<string>((resolve, reject) => {
    get({ socketPath: join(runs, run, adminSocket), path: "/config_dump?include_eds", headers: { host: "admin" } }, async (answer) => {
      resolve(Buffer.concat(await answer.toArray()).toString("utf8"));
    }).once("error", reject);
  });
}
