import { describe } from "node:test";
import { documentOf, onePath } from "./documents.ts";
import { itRefuses, type Refused } from "./refused.ts";

const noDocument: readonly Refused[] = [
  { title: "plain text", files: { "api.yaml": "hello world\n" }, says: "error NotOpenApi api.yaml:1:1" },
  { title: "a list", files: { "api.yaml": "- openapi\n- 3.1.0\n" }, says: "error NotOpenApi api.yaml:1:1" },
  {
    title: "no version",
    files: { "api.yaml": "info: {}\npaths: {}\n" },
    says: "error NotOpenApi api.yaml:1:1",
    message: "neither `openapi` nor `swagger`",
  },
  {
    title: "a version of OpenAPI to come",
    files: { "api.yaml": "info: {}\nopenapi: 4.0.0\npaths: {}\n" },
    says: "error UnknownVersion api.yaml:2:1 /openapi",
    message: '"4.0.0"',
  },
  {
    title: "a version of Swagger long gone",
    files: { "api.yaml": 'swagger: "1.2"\n' },
    says: "error UnknownVersion api.yaml:1:1 /swagger",
  },
  {
    title: "a version without quotes",
    files: { "api.yaml": "openapi: 3.1\n" },
    says: "error WrongType api.yaml:1:1 /openapi",
    message: "Put it in quotes.",
  },
  {
    title: "no paths",
    files: { "api.yaml": 'openapi: 3.1.0\ninfo: {title: Pets, version: "1"}\n' },
    says: "error NoOperations api.yaml:1:1 /paths",
  },
];

/** A value of a wrong type in a document of one path, and where. */
const inPath = (title: string, path: string, says: string): Refused => ({ title, files: { "api.yaml": documentOf(path) }, says });
const atTop = (title: string, more: string, says: Refused["says"], code = 1): Refused => ({
  title,
  files: { "api.yaml": documentOf(onePath, more) },
  says,
  code,
});

const wrongTypes: readonly Refused[] = [
  inPath("paths: a list", "  - /pets\n", "error WrongType api.yaml:4:1 /paths"),
  inPath("a path without a slash", "  pets: {get: {responses: {}}}\n", "error BadPath api.yaml:5:3 /paths/pets"),
  inPath("a path with an open brace", '  "/pets/{id": {get: {responses: {}}}\n', "error BadPath api.yaml:5:3 /paths/~1pets~1{id"),
  inPath("a path item: null", "  /pets:\n", "error WrongType api.yaml:5:3 /paths/~1pets"),
  inPath("an operation: text", "  /pets:\n    get: yes\n", "error WrongType api.yaml:6:5 /paths/~1pets/get"),
  inPath(
    "operationId: a number",
    "  /pets:\n    get: {operationId: 7, responses: {}}\n",
    "error WrongType api.yaml:6:11 /paths/~1pets/get/operationId",
  ),
  inPath(
    "parameters: a mapping",
    "  /pets:\n    get:\n      parameters: {a: b}\n      responses: {}\n",
    "error WrongType api.yaml:7:7 /paths/~1pets/get/parameters",
  ),
  inPath(
    "a parameter: text",
    "  /pets:\n    parameters:\n      - limit\n    get: {responses: {}}\n",
    "error WrongType api.yaml:7:9 /paths/~1pets/parameters/0",
  ),
  inPath("responses: a list", "  /pets:\n    get:\n      responses: []\n", "error WrongType api.yaml:7:7 /paths/~1pets/get/responses"),
  inPath(
    "a response: text",
    '  /pets:\n    get:\n      responses:\n        "200": ok\n',
    "error WrongType api.yaml:8:9 /paths/~1pets/get/responses/200",
  ),
  inPath(
    "an operation's security: text",
    "  /pets:\n    get:\n      security: token\n      responses: {}\n",
    "error WrongType api.yaml:7:7 /paths/~1pets/get/security",
  ),
  inPath(
    "an operation's servers: text",
    "  /pets:\n    get:\n      servers: [here]\n      responses: {}\n",
    "error WrongType api.yaml:7:17 /paths/~1pets/get/servers/0",
  ),
  atTop("security: a mapping", "security: {token: []}\n", "error WrongType api.yaml:4:1 /security"),
  atTop("scopes: text", "security:\n  - token: read\n", [
    "error WrongType api.yaml:5:5 /security/0/token",
    "error MissingSecurity api.yaml:5:5 /security/0",
  ]),
  atTop("components: a list", "components: []\n", "error WrongType api.yaml:4:1 /components"),
  atTop(
    "a security scheme: text",
    "components:\n  securitySchemes:\n    token: bearer\n",
    "error WrongType api.yaml:6:5 /components/securitySchemes/token",
  ),
  atTop(
    "a schema's type: a number, which is a warning",
    "components:\n  schemas:\n    Pet: {type: 5}\n",
    "warning WrongType api.yaml:6:11 /components/schemas/Pet/type",
    0,
  ),
  atTop("x-portico: a list", "x-portico: []\n", "error WrongType api.yaml:4:1 /x-portico"),
  atTop("x-portico's backend: a number", "x-portico:\n  backend: 7\n", "error WrongType api.yaml:5:3 /x-portico/backend"),
  atTop(
    "x-portico's hosts: a mapping in the list",
    "x-portico: {hosts: [a.example, {b: c}]}\n",
    "error WrongType api.yaml:4:32 /x-portico/hosts/1",
  ),
  {
    ...atTop("a misspelt field of x-portico", "x-portico:\n  bakend: pets\n", "error UnknownField api.yaml:5:3 /x-portico/bakend"),
    message: "Did you mean `backend`?",
  },
  inPath(
    "an operation's timeout: no time",
    "  /pets:\n    get:\n      x-portico: {timeout: soon}\n      responses: {}\n",
    "error WrongValue api.yaml:7:19 /paths/~1pets/get/x-portico/timeout",
  ),
  {
    title: "servers: a mapping",
    files: { "api.yaml": `openapi: 3.0.3\ninfo: {title: Pets, version: "1"}\nservers: {url: "https://pets.example"}\npaths:\n${onePath}` },
    says: "error WrongType api.yaml:3:1 /servers",
  },
  {
    title: "a server's url: a number",
    files: { "api.yaml": `openapi: 3.0.3\ninfo: {title: Pets, version: "1"}\nservers:\n  - url: 12\npaths:\n${onePath}` },
    says: "error WrongType api.yaml:4:5 /servers/0/url",
  },
  {
    title: "Swagger 2.0's host: a list",
    files: { "api.yaml": `swagger: "2.0"\ninfo: {title: Pets, version: "1"}\nhost: [pets.example]\npaths:\n${onePath}` },
    says: "error WrongType api.yaml:3:1 /host",
  },
  {
    title: "everything that is wrong comes at once",
    files: { "api.yaml": documentOf("  /pets:\n    get: yes\n    put: []\n  /dogs: 7\n", "security: token\n") },
    says: [
      "error WrongType api.yaml:4:1 /security",
      "error WrongType api.yaml:7:5 /paths/~1pets/get",
      "error WrongType api.yaml:8:5 /paths/~1pets/put",
      "error WrongType api.yaml:9:3 /paths/~1dogs",
    ],
  },
];

describe("a file that is no OpenAPI document", { concurrency: 2 }, () => {
  for (const one of noDocument) itRefuses(one);
});

describe("a document with a value of a wrong type", { concurrency: 2 }, () => {
  for (const one of wrongTypes) itRefuses(one);
});
