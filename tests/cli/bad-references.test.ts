import { describe } from "node:test";
import { documentOf } from "./documents.ts";
import { itRefuses, type Refused } from "./refused.ts";

/** A document whose one path is a reference. */
const refTo = (ref: string): string => documentOf(`  /pets:\n    $ref: "${ref}"\n`);
/** Paths that lead from `/0` to `/100`. */
const hundred = Array.from({ length: 100 }, (_, index) => `  /${index}: {$ref: "#/paths/~1${index + 1}"}\n`).join("");
const atPath = "api.yaml:5:3 /paths/~1pets";

const refused: readonly Refused[] = [
  {
    title: "to nothing in the document",
    files: { "api.yaml": documentOf('  /pets:\n    get:\n      responses:\n        "200": {$ref: "#/components/responses/None"}\n') },
    says: "error DanglingRef api.yaml:8:9 /paths/~1pets/get/responses/200",
    message: "`$ref: #/components/responses/None` points at nothing.",
  },
  {
    title: "to nothing in another file",
    files: { "api.yaml": refTo("parts/pets.yaml#/none"), "parts/pets.yaml": "pets: {}\n" },
    says: `error DanglingRef ${atPath}`,
  },
  {
    title: "to a file that is not there",
    files: { "api.yaml": refTo("parts/none.yaml") },
    says: `error FileUnreadable ${atPath}`,
    message: "`parts/none.yaml`",
  },
  { title: "to a folder", files: { "api.yaml": refTo("parts"), "parts/pets.yaml": "" }, says: `error FileUnreadable ${atPath}` },
  {
    title: "to a picture",
    files: { "api.yaml": refTo("pets.png"), "pets.png": Uint8Array.of(0x89, 0x50, 0, 1) },
    says: `error NotText ${atPath}`,
  },
  {
    title: "to a file that is wrong itself",
    files: { "api.yaml": refTo("pets.yaml"), "pets.yaml": "get: [\n" },
    says: "error NotYaml pets.yaml:2:1",
  },
  {
    title: "from a second file to nothing",
    files: { "api.yaml": refTo("pets.yaml"), "pets.yaml": 'get:\n  responses:\n    "200": {$ref: "#/none"}\n' },
    says: "error DanglingRef pets.yaml:3:5 /get/responses/200",
  },
  {
    title: "that leads back to itself",
    files: { "api.yaml": documentOf('  /pets:\n    $ref: "#/paths/~1dogs"\n  /dogs:\n    $ref: "#/paths/~1pets"\n') },
    says: [`error RefCycle ${atPath}`, "error RefCycle api.yaml:7:3 /paths/~1dogs"],
  },
  {
    title: "through more than a hundred others",
    files: { "api.yaml": documentOf(`${hundred}  /100: {$ref: "#/paths/~1101"}\n  /101: {get: {responses: {}}}\n`) },
    says: `error RefCycle api.yaml:5:3 /paths/~10`,
    message: "comes after 100 others",
  },
  {
    title: "out of the folder",
    files: { "api.yaml": refTo("../secret.yaml") },
    says: `error RefOutside ${atPath}`,
    message: "--refs anywhere",
  },
  {
    title: "out of the folder, through one in it",
    files: { "api.yaml": refTo("parts/../../secret.yaml") },
    says: `error RefOutside ${atPath}`,
  },
  { title: "out of the folder, escaped", files: { "api.yaml": refTo("%2e%2e/secret.yaml") }, says: `error RefOutside ${atPath}` },
  { title: "to an absolute path", files: { "api.yaml": refTo("/etc/passwd") }, says: `error RefOutside ${atPath}` },
  { title: "to a file URL", files: { "api.yaml": refTo("file:///etc/passwd") }, says: `error RefOutside ${atPath}` },
  { title: "to a URL", files: { "api.yaml": refTo("https://pets.example/pets.yaml") }, says: `error RefOutside ${atPath}` },
  {
    title: "to a link that leads out",
    files: { "api.yaml": refTo("pets.yaml") },
    links: { "pets.yaml": "/etc/passwd" },
    says: `error RefOutside ${atPath}`,
  },
  {
    title: "into a linked folder outside",
    files: { "api.yaml": refTo("parts/passwd") },
    links: { parts: "/etc" },
    says: `error RefOutside ${atPath}`,
  },
  {
    title: "to a link that leads out to a device without an end: it is not opened",
    files: { "api.yaml": refTo("pets.yaml") },
    links: { "pets.yaml": "/dev/zero" },
    says: `error RefOutside ${atPath}`,
  },
  {
    title: "to a pipe that nobody writes to",
    files: { "api.yaml": refTo("pets.yaml") },
    pipes: ["pets.yaml"],
    says: `error FileUnreadable ${atPath}`,
    message: "This is a pipe, a socket or a device, not a file.",
  },
];

describe("a reference", { concurrency: 2 }, () => {
  for (const one of refused) itRefuses(one);
});
