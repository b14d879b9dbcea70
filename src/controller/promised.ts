import { z } from "zod";
import { readResources } from "../api/resource.ts";
import { documentPath } from "../compile/document-path.ts";
import { promisesPath } from "../compile/promises.ts";
import { saidIn } from "../image/contents.ts";
import type { ApiContract } from "../model/contract.ts";
import { surveyDocument } from "../openapi/read.ts";
import { contractOf } from "../resolve/contract.ts";
import { parseOne } from "../text/parse.ts";

const promises = z.array(
  z.object({
    name: z.string(),
    basePath: z.string(),
    operations: z.array(
      z.object({
        id: z.string(),
        template: z.string(),
        alternatives: z.array(z.array(z.object({ scheme: z.string(), scopes: z.array(z.string()) }))),
        limits: z.array(
          z.object({
            name: z.string(),
            most: z.number(),
            seconds: z.number(),
            measure: z.enum(["requests", "request-bytes", "response-bytes", "bytes"]),
            counts: z.string(),
          }),
        ),
      }),
    ),
  }),
);
type Promises = z.infer<typeof promises>[number];

/**
 * What a gateway lets its clients rely on, by the image's part of its files (path -> text); undefined where that does not say it, as in an image of
 * an older version. What an operation's messages are is in the published document.
 */
export function promisedIn(files: ReadonlyMap<string, string | Uint8Array>): readonly ApiContract[] | undefined {
  const text = (path: string): string => Buffer.from(files.get(path) ?? "").toString("utf8");
  const said = promises.safeParse(saidIn(files.get(promisesPath)));
  if (!said.success) return undefined;
  const all = said.data.map((one) => promisedOf(one, text(documentPath(one.name))));
  return all.every((one) => one !== undefined) ? all : undefined;
}

function promisedOf({ name, basePath, operations }: Promises, text: string): ApiContract | undefined {
  const file = parseOne(name, text);
  const { document } = file.ok ? surveyDocument({ root: file.value, files: new Map() }) : {};
  const contract = document && contractOf(document, readResources([]).value);
  if (contract?.ok !== true) return undefined;
  const known = new Map(operations.map((one) => [one.id, one] as const));
  return {
    ...contract.value,
    name,
    basePath,
    operations: contract.value.operations.flatMap((written) => {
      const kept = known.get(written.id);
      return kept === undefined ? [] : [{ ...written, template: kept.template, alternatives: kept.alternatives, limits: kept.limits }];
    }),
  };
}
