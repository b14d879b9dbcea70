import { dump } from "js-yaml";
import { customResourceDefinition } from "../src/api/crd.ts";
import { editorSchema, editorSchemaNames } from "../src/api/editor-schema.ts";
import { group, kindNames, kinds } from "../src/api/kinds.ts";
import { errorPages, problemsPage } from "./generate-errors.ts";
import { installFiles } from "./generate-install.ts";
import { extensionPage, kindPage } from "./generate-pages.ts";
import { wso2Page } from "./generate-wso2.ts";
import { monitoringFiles } from "./monitoring/files.ts";

export interface GeneratedFile {
  /** From the project's folder. */
  readonly path: string;
  readonly text: string;
}

/** `TargetEndpoint` is target-endpoint, `API` is api. */
export const fileName = (kind: string): string => kind.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();

const generated = "# Generated from src/api by scripts/generate.ts.\n";

/** Everything that follows from the schemas, the table of WSO2's keys, and the tables of reasons and errors. */
export function generatedFiles(): readonly GeneratedFile[] {
  return [
    ...kindNames.map((kind) => ({
      path: `deploy/crds/${kinds[kind].plural}.${group}.yaml`,
      text: `${generated}${dump(customResourceDefinition(kind), { lineWidth: 140, noRefs: true })}`,
    })),
    ...editorSchemaNames.map((name) => ({
      path: `deploy/schemas/${fileName(name)}.json`,
      text: `${JSON.stringify(editorSchema(name), undefined, 2)}\n`,
    })),
    ...kindNames.map((kind) => ({ path: `docs/kinds/${fileName(kind)}.md`, text: kindPage(kind) })),
    { path: "docs/kinds/x-portico.md", text: extensionPage() },
    { path: "docs/wso2.md", text: wso2Page() },
    { path: "docs/errors.md", text: problemsPage() },
    ...errorPages(),
    ...installFiles(),
    ...monitoringFiles(),
  ];
}
