import { objectFiles, readResources } from "../api/resource.ts";
import { type BreakingChange, breakingChanges } from "../model/breaking/breaking.ts";
import type { ApiContract } from "../model/contract.ts";
import type { OpenApiDocument } from "../openapi/document.ts";
import { type Checked, checked, failed, showPlace } from "../problem.ts";
import { placesOf } from "../resolve/api.ts";
import { contractOf } from "../resolve/contract.ts";
import { loadSources } from "../source/gateway.ts";
import type { DiffOptions } from "./diff.ts";
import { failure } from "./failure.ts";
import { printable, printableJson } from "./printable.ts";

/** Writes what one document breaks for the clients of another on stdout; the exit code. */
export async function diffDocuments(before: string, after: string, options: DiffOptions): Promise<number> {
  const [old, now] = await Promise.all([before, after].map((path) => readContract(path, options)));
  if (!old?.ok || !now?.ok) return failure([...(old?.problems ?? []), ...(now?.problems ?? [])]);
  const found = breakingChanges(old.value.contract, now.value.contract).map((change) => {
    const { document } = change.in === "before" ? old.value : now.value;
    return { change, place: showPlace(placesOf(document)(change)) };
  });
  process.stdout.write(options.json ? printableJson(found.map(asJson)) : found.map(asText).join(""));
  if (found.length === 0 && !options.json) process.stderr.write("Nothing that clients could rely on is broken.\n");
  return found.length === 0 ? 0 : 1;
}

interface Found {
  readonly change: BreakingChange;
  readonly place: string;
}

const asText = ({ change: { operation, message }, place }: Found): string => `${printable(`${place}: ${operation}: ${message}`)}\n`;

const asJson = ({ change: { kind, operation, message }, place }: Found): object => ({ kind, operation, message, place });

interface Read {
  readonly document: OpenApiDocument;
  readonly contract: ApiContract;
}

async function readContract(path: string, { resources, refs }: DiffOptions): Promise<Checked<Read>> {
  const {
    documents,
    resources: files,
    problems,
  } = await loadSources({ documents: [path], resources, references: refs, functions: undefined });
  const errors = problems.filter(({ severity }) => severity === "error");
  const [document] = documents;
  if (document === undefined || errors.length > 0) return failed(...problems);
  const contract = contractOf(document, readResources(files.flatMap(objectFiles), "default").value);
  return contract.ok ? checked({ document, contract: contract.value }, []) : contract;
}
