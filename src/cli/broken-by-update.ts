import { type Resources, readResources } from "../api/resource.ts";
import { type BreakingChange, breakingChanges } from "../model/breaking/breaking.ts";
import { successorOf } from "../model/breaking/successor.ts";
import type { ApiContract } from "../model/contract.ts";
import type { OpenApiDocument } from "../openapi/document.ts";
import { type Problem, warning, wholeFile } from "../problem.ts";
import { placesOf } from "../resolve/api.ts";
import { contractOf } from "../resolve/contract.ts";
import type { ClusterSettings } from "../resolve/settings.ts";
import type { SourceFile } from "../text/node.ts";

/** What an API's contract is made of. */
export interface ContractSources {
  readonly documents: readonly OpenApiDocument[];
  readonly resources: readonly SourceFile[];
  readonly cluster: ClusterSettings;
}

/** So many changes are said one by one. */
const most = 20;

/** What an update breaks for clients, each a warning where it stands. What cannot be read says nothing of what it promised. */
export function brokenByUpdate(before: ContractSources, after: ContractSources): readonly Problem[] {
  const now = contractsOf(after);
  const found = contractsOf(before).flatMap(({ document, contract }) => {
    const successor = successorOf(contract, now, (one) => one.contract);
    const changes = breakingChanges(contract, successor?.contract ?? { ...contract, operations: [] });
    return changes.map((change) => said(change, change.in === "before" ? document : (successor?.document ?? document)));
  });
  const left = found.length - most;
  return left <= 0 ? found : [...found.slice(0, most), more(left, found[most])];
}

const said = (change: BreakingChange, document: OpenApiDocument): Problem =>
  warning("BreakingChange", placesOf(document)(change), `${change.operation}: ${change.message}`);

const more = (left: number, first: Problem | undefined): Problem =>
  warning("BreakingChange", wholeFile(first?.where.source ?? ""), `And ${left} more. \`portico diff\` says all of them.`);

interface Promised {
  readonly document: OpenApiDocument;
  readonly contract: ApiContract;
}

function contractsOf({ documents, resources, cluster }: ContractSources): readonly Promised[] {
  const known: Resources = readResources(resources, cluster.namespace).value;
  return documents.flatMap((document) => {
    const contract = contractOf(document, known, cluster);
    return contract.ok ? [{ document, contract: contract.value }] : [];
  });
}
