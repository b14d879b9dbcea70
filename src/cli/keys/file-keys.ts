import { lstat, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { dump } from "js-yaml";
import { errorCode } from "../../error-code.ts";
import { type Checked, checked, error, failed, wholeFile } from "../../problem.ts";
import { entriesOfObject } from "../../source/values.ts";
import { isObject, root } from "../../text/node.ts";
import { parseOne } from "../../text/parse.ts";
import type { KeyStore } from "./key-store.ts";

/** Keys in a file that holds one Secret and nothing else, since it is written anew as a whole. */
export const fileKeys = (file: string, secret: string): KeyStore => ({
  name: `the Secret ${secret} in ${file}`,
  async read() {
    const found = await readSecret(file, secret);
    if (!found.ok) return found;
    if (found.value === undefined) return checked(undefined, []);
    const { value, text } = found.value;
    const entries = entriesOfObject(root({ name: file, text, document: 0, value })).flatMap(([, inside]) => [...inside.keys()]);
    return checked({ clients: entries, version: text }, []);
  },
  async write(read, client, key) {
    const found = await readSecret(file, secret);
    if (!found.ok) return found;
    if (found.value?.text !== read?.version)
      return failed(error("OutputRefused", wholeFile(file), "The file was changed meanwhile. Say it again."));
    const before = found.value?.value ?? { apiVersion: "v1", kind: "Secret", metadata: { name: secret } };
    const without = (field: unknown) =>
      Object.fromEntries(Object.entries(isObject(field) ? field : {}).filter(([name]) => name !== client));
    const data = without(before.data);
    const stringData = { ...without(before.stringData), ...(key === undefined ? {} : { [client]: key.reveal() }) };
    const { data: _data, stringData: _stringData, ...rest } = before;
    const next = { ...rest, ...(Object.keys(data).length === 0 ? {} : { data }), stringData };
    return replaceFile(file, dump(next, { lineWidth: -1 }));
  },
});

interface SecretFile {
  readonly text: string;
  readonly value: Readonly<Record<string, unknown>>;
}

async function readSecret(file: string, secret: string): Promise<Checked<SecretFile | undefined>> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (thrown) {
    if (errorCode(thrown) === "ENOENT") return checked(undefined, []);
    return failed(
      error("FileUnreadable", wholeFile(file), `The file cannot be read (${errorCode(thrown)}). Check its name and who may read it.`),
    );
  }
  const parsed = parseOne(file, text);
  if (!parsed.ok) return parsed;
  const { value } = parsed.value;
  const metadata = isObject(value) ? value.metadata : undefined;
  if (isObject(value) && value.apiVersion === "v1" && value.kind === "Secret" && isObject(metadata) && metadata.name === secret)
    return checked({ text, value }, []);
  const message = `The file does not hold the Secret \`${secret}\` and that alone. Give keys a file of their own: this one would be written anew.`;
  return failed(error("OutputRefused", wholeFile(file), message));
}

/** In its place at once, and for its owner alone where it is new. */
async function replaceFile(file: string, text: string): Promise<Checked<void>> {
  const draft = join(dirname(file), `.portico-keys-${process.pid}`);
  try {
    const mode = await lstat(file).then(
      (found) => found.mode & 0o777,
      () => 0o600,
    );
    const handle = await open(draft, "wx", mode);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
    return checked(undefined, []);
  } catch (thrown) {
    await rm(draft, { force: true });
    return failed(
      error(
        "OutputRefused",
        wholeFile(file),
        `The file cannot be written (${errorCode(thrown)}). Check its folder and who may write there.`,
      ),
    );
  }
}
