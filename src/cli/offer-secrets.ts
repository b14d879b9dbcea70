import { resources } from "../apply/kubernetes/kinds.ts";
import type { ObjectStore } from "../apply/kubernetes/objects.ts";
import { error, type Problem, wholeFile } from "../problem.ts";
import { loadDocument } from "../source/documents.ts";
import { sortedFiles } from "../source/sorted-files.ts";
import type { AddApiOptions } from "./add.ts";
import { failure } from "./failure.ts";
import { inlinePasswords } from "./inline-passwords.ts";

/**
 * Where passwords stand in documents: makes the Secrets that they belong into, if that was asked for, and else says that it can. The documents are refused all the same, for they have to
 * name the Secrets in the passwords' place. The exit code; undefined where nothing of this is wrong.
 */
export async function offerSecrets(
  store: ObjectStore,
  namespace: string,
  { fromFile, makeSecrets }: AddApiOptions,
  problems: readonly Problem[],
): Promise<number | undefined> {
  if (!problems.some(({ reason }) => reason === "InlinePassword")) return undefined;
  const code = failure(problems);
  const files = await sortedFiles(fromFile);
  const documents = files.ok
    ? await Promise.all(files.value.documents.map((path) => loadDocument(path, { references: "folder" }, () => {})))
    : [];
  const found = documents.flatMap((one) => inlinePasswords(one.files?.root.value));
  if (!makeSecrets) {
    const names = found.map(({ secret }) => `\`${secret}\``).join(", ");
    process.stderr.write(`With --make-secrets this command puts the passwords into Secrets: ${names}.\n`);
    return code;
  }
  for (const { secret, username, password } of found) {
    const there = await store.read(resources.secrets, namespace, secret);
    if (!there.ok) return failure(there.problems);
    if (there.value !== undefined) {
      const message = "A Secret of this name is there already, and is left as it is. See whether it holds what the document says.";
      failure([error("NameTaken", wholeFile(`Secret/${secret}`), message)]);
      continue;
    }
    const made = await store.apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: secret, namespace },
      type: "kubernetes.io/basic-auth",
      stringData: { username, password: password.reveal() },
    });
    if (!made.ok) return failure(made.problems);
    process.stderr.write(`Secret/${secret} was made in ${namespace}. Name it in the document, as it says above.\n`);
  }
  return code;
}
