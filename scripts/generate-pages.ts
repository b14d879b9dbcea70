import { dump } from "js-yaml";
import { division, type Fielded } from "../src/api/enforced.ts";
import { apiVersion, group, type Kind, type KindName, kinds } from "../src/api/kinds.ts";
import { documentExtension, operationExtension } from "../src/api/x-portico.ts";
import { fieldTable, lawList } from "./generate-fields.ts";

const generated = "<!-- Generated from src/api by scripts/generate.ts. -->";

const yaml = (value: unknown): string => `\`\`\`yaml\n${dump(value, { lineWidth: 120 })}\`\`\``;

/** What is said of fields that are refused in this version. */
function later(kind: Fielded): string {
  const whole = division[kind].notYet.find((one) => one.path === "");
  if (whole !== undefined)
    return `This version does not do ${whole.feature} yet: an object of this kind is refused with a Problem (\`NotYet\`).`;
  return "A field marked *Not yet*, with all that is below it, is known and refused with a Problem (`NotYet`) until a later version does what it says.";
}

/** The reference page of a kind. */
export function kindPage(name: KindName): string {
  const kind: Kind = kinds[name];
  const names = [kind.plural, ...kind.shortNames].map((one) => `\`kubectl get ${one}\``).join(" or ");
  return `${[
    `# ${name}`,
    generated,
    kind.description,
    `Group \`${group}\`, version \`${apiVersion.split("/").at(-1)}\`; ${names}, or \`kubectl get portico\` for all kinds.`,
    yaml({ apiVersion, kind: name, metadata: { name: "example" }, spec: kind.example }),
    later(name),
    "## spec",
    fieldTable(kind.spec, name),
    ...section("## Laws", lawList(kind.spec)),
    "## status",
    fieldTable(kind.status, undefined),
  ].join("\n\n")}\n`;
}

const section = (title: string, text: string): readonly string[] => (text === "" ? [] : [title, text]);

const example = {
  openapi: "3.1.0",
  info: { title: "Petstore", version: "1.0.0" },
  "x-portico": {
    basePath: "/v1",
    backend: { url: "https://pets.example.com/v1", basePath: "strip" },
    cors: { origins: ["https://app.example.com"] },
  },
  paths: {
    "/pets": {
      get: { "x-portico": { timeout: "2s", responseHeaders: { remove: ["server"] } }, responses: { 200: { description: "All pets." } } },
    },
  },
};

/** The reference page of `x-portico`. */
export function extensionPage(): string {
  const everywhere = new Set(Object.keys(operationExtension.shape));
  const top = (path: string): string => path.split(/[.[]/)[0] ?? "";
  return `${[
    "# x-portico",
    generated,
    "The one key by which a document says what OpenAPI has no word for. It may stand beside `info`, in a path, and in an operation. The inner level wins, key by key: an operation's `cors` takes the place of the document's as a whole.",
    yaml(example),
    later("x-portico"),
    "## At every level",
    fieldTable(documentExtension, "x-portico", (path) => everywhere.has(top(path))),
    "## In the document only",
    fieldTable(documentExtension, "x-portico", (path) => !everywhere.has(top(path))),
    "Keys of WSO2 API Microgateway are read too: [wso2.md](../wso2.md).",
  ].join("\n\n")}\n`;
}
