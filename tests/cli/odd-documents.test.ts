import { describe } from "node:test";
import { documentOf, onePath } from "./documents.ts";
import { itRefuses, type Refused } from "./refused.ts";

const refused = (title: string, text: string, says: string | readonly string[], message = ""): Refused => ({
  title,
  files: { "api.yaml": text },
  says,
  message,
});
const warned = (title: string, text: string, says: string | readonly string[], message = ""): Refused => ({
  ...refused(title, text, says, message),
  code: 0,
});
const withServer = (url: string): string => documentOf(onePath).replace("https://pets.example", url);

const fields: readonly Refused[] = [
  refused(
    "a misspelt method",
    documentOf(`${onePath}    gett: {responses: {}}\n`),
    "error UnknownField api.yaml:9:5 /paths/~1pets/gett",
    "Did you mean `get`?",
  ),
  refused(
    "a method in capitals",
    documentOf("  /pets:\n    GET: {responses: {}}\n"),
    "error UnknownField api.yaml:6:5 /paths/~1pets/GET",
    "Did you mean `get`?",
  ),
  refused(
    "a misspelt `security` of an operation, which would leave it open",
    documentOf("  /pets:\n    get: {securty: [], responses: {}}\n"),
    "error UnknownField api.yaml:6:11 /paths/~1pets/get/securty",
    "Did you mean `security`?",
  ),
  refused("misspelt servers", documentOf(onePath, "serverz: []\n"), "error UnknownField api.yaml:4:1 /serverz", "Did you mean `servers`?"),
  refused(
    "operations in a field of a newer version",
    documentOf("  /pets:\n    get: {responses: {}}\n    query: {responses: {}}\n"),
    "error UnknownField api.yaml:7:5 /paths/~1pets/query",
    "so its operations are not served",
  ),
  warned(
    "a header that the gateway refuses",
    documentOf("  /pets:\n    get: {parameters: [{name: api_key, in: header}], responses: {}}\n"),
    "warning HeaderRefused api.yaml:6:25 /paths/~1pets/get/parameters/0/name",
    "its name has an underscore",
  ),
  warned(
    "what does nothing beside a mock",
    documentOf("  /pets:\n    get: {x-portico: {mock: true, timeout: 1s}, responses: {}}\n"),
    "warning WrongValue api.yaml:6:35 /paths/~1pets/get/x-portico/timeout",
    "does nothing here",
  ),
  warned(
    "a misspelt field of a response, without which it has no body",
    documentOf("  /pets:\n    get: {responses: {'200': {description: ok, contents: {}}}}\n"),
    "warning UnknownField api.yaml:6:48 /paths/~1pets/get/responses/200/contents",
    "Did you mean `content`?",
  ),
  refused(
    "a misspelt field is said once, and not what its lack would mean",
    documentOf("  /pets:\n    get: {x-portico: {backend: {ulr: 'http://a'}}, responses: {}}\n"),
    "error UnknownField api.yaml:6:33 /paths/~1pets/get/x-portico/backend/ulr",
    "Did you mean `url`?",
  ),
  refused(
    "a url that stands twice",
    documentOf("  /pets:\n    get: {x-portico: {backend: {urls: ['http://a', 'http://a']}}, responses: {}}\n"),
    "error WrongValue api.yaml:6:33 /paths/~1pets/get/x-portico/backend/urls",
    "gives it no larger share",
  ),
  warned(
    "a field of another version",
    documentOf(onePath, "basePath: /v1\n"),
    "warning UnknownField api.yaml:4:1 /basePath",
    "no field that OpenAPI has here, so nothing reads it",
  ),
  warned(
    "a misspelt description",
    documentOf("  /pets:\n    get: {sumary: All pets, responses: {}}\n"),
    "warning UnknownField api.yaml:6:11 /paths/~1pets/get/sumary",
    "Did you mean `summary`?",
  ),
  refused(
    "an extension of ours at places where nobody reads it",
    documentOf(onePath, "components:\n  x-wso2-cors: {}\n").replace("{title: Pets,", "{x-portico: {mock: true}, title: Pets,"),
    ["error UnknownField api.yaml:2:8 /info/x-portico", "error UnknownField api.yaml:5:3 /components/x-wso2-cors"],
    "`x-portico` is not read here. Move it beside `openapi` or `swagger`, into a path, or into an operation.",
  ),
  refused(
    "an extension of ours among the paths",
    documentOf(`  x-portico: {mock: true}\n${onePath}`),
    "error UnknownField api.yaml:5:3 /paths/x-portico",
  ),
  warned(
    "a WebSocket that is mocked",
    documentOf("  /pets:\n    get: {x-portico: {mock: true, webSocket: true}, responses: {}}\n"),
    "warning WrongValue api.yaml:6:35 /paths/~1pets/get/x-portico/webSocket",
    "A mocked answer is no WebSocket",
  ),
  warned(
    "an operationId that is taken",
    documentOf(`${onePath}  /dogs:\n    get: {operationId: listPets, responses: {}}\n`),
    "warning DuplicateOperationId api.yaml:10:11 /paths/~1dogs/get/operationId",
    "this one goes by `GET /dogs`",
  ),
];

const item = "get: {responses: {}}\n";

const paths: readonly Refused[] = [
  {
    ...refused("an operation beside a reference and behind it", "", "error WrongValue api.yaml:7:5 /paths/~1pets/get"),
    files: { "api.yaml": documentOf(`  /pets:\n    $ref: item.yaml\n    ${item}`), "item.yaml": item },
  },
  {
    ...refused("something wrong beside a reference", "", "error WrongType api.yaml:7:5 /paths/~1pets/put"),
    files: { "api.yaml": documentOf("  /pets:\n    $ref: item.yaml\n    put: yes\n"), "item.yaml": item },
  },
  refused(
    "references that are no text",
    documentOf("  /a: {$ref: 5}\n  /b: {$ref: null, get: {responses: {}}}\n"),
    ["error WrongType api.yaml:5:8 /paths/~1a/$ref", "error WrongType api.yaml:6:8 /paths/~1b/$ref"],
    "`$ref` is a number, not a string.",
  ),
  refused(
    "references of paths that lead to something else",
    documentOf('  /a: {$ref: ""}\n  /b: {$ref: "#/info"}\n'),
    ["error WrongValue api.yaml:5:3 /paths/~1a", "error WrongValue api.yaml:6:3 /paths/~1b"],
    "no path item",
  ),
  refused("a backslash in a path", documentOf('  "/a\\\\b": {get: {responses: {}}}\n'), "error BadPath api.yaml:5:3 /paths/~1a\\b"),
  refused(
    "an encoded slash in a path",
    documentOf("  /a%2fb: {get: {responses: {}}}\n"),
    "error BadPath api.yaml:5:3 /paths/~1a%2fb",
    "No request reaches",
  ),
  refused(
    "two values of one parameter in a path",
    documentOf("  /a?b=c&b=d: {get: {responses: {}}}\n"),
    "error BadPath api.yaml:5:3 /paths/~1a?b=c&b=d",
    "two values of one parameter",
  ),
  warned(
    "parameters that would span segments",
    documentOf('  "/a/{+rest}": {get: {responses: {}}}\n  "/b/{rest*}": {get: {responses: {}}}\n'),
    ["warning BadPath api.yaml:5:3 /paths/~1a~1{+rest}", "warning BadPath api.yaml:6:3 /paths/~1b~1{rest*}"],
    "stands for one segment",
  ),
];

const servers: readonly Refused[] = [
  refused(
    "a password in a server's URL, which is not repeated",
    withServer("https://me:hunter2@pets.example"),
    "error InlinePassword api.yaml:3:11 /servers/0",
    "has a password in it",
  ),
  refused(
    "a port that is none",
    withServer("https://pets.example:99999"),
    "error BadServer api.yaml:3:11 /servers/0",
    "its host or port is none",
  ),
  refused(
    "a variable that leaves no host",
    documentOf(onePath).replace('"https://pets.example"', '"https://{at}.example", variables: {at: {default: ""}}'),
    "error BadServer api.yaml:3:11 /servers/0",
  ),
  warned("a query", withServer("https://pets.example/v1?a=b"), "warning BadServer api.yaml:3:11 /servers/0", "has a query or fragment"),
  refused(
    "an empty list of servers in a path",
    documentOf("  /pets:\n    servers: []\n    get: {responses: {}}\n"),
    "error NoBackend api.yaml:6:5 /paths/~1pets/servers",
  ),
];

/** Two hundred Problems and more, of which that many are shown. */
const many = Array.from({ length: 300 }, (_, index) => `  /p${index}: 7\n`).join("");

const changes = "  /pets:\n    get:\n      responses: {}\n      x-portico:\n";

const headers: readonly Refused[] = [
  ["set: {Content-Length: '0'}", "set/Content-Length"],
  ["add: {transfer-encoding: gzip}", "add/transfer-encoding"],
  ["remove: [connection]", "remove/0"],
].map(([said, at]) =>
  refused(
    `a change of what ends or carries a message: ${said}`,
    documentOf(`${changes}        requestHeaders: {${said}}\n`),
    `error WrongValue api.yaml:9:${said?.startsWith("remove") ? 35 : 32} /paths/~1pets/get/x-portico/requestHeaders/${at}`,
    "belongs to the connection",
  ),
);

const atOnce: readonly Refused[] = [
  refused(
    "a dangling reference hides nothing else",
    documentOf("  /pets: {$ref: '#/none'}\n  dogs: {get: {responses: {}}}\n  /cats: {get: {x-portico: {moc: true}, responses: {}}}\n"),
    [
      "error DanglingRef api.yaml:5:3 /paths/~1pets",
      "error BadPath api.yaml:6:3 /paths/dogs",
      "error UnknownField api.yaml:7:29 /paths/~1cats/get/x-portico/moc",
    ],
  ),
  {
    ...refused("a file that is not there hides nothing else", "", [
      "error FileUnreadable api.yaml:5:3 /paths/~1z",
      "error UnknownField api.yaml:6:30 /paths/~1o/gett",
    ]),
    files: { "api.yaml": documentOf("  /z: {$ref: nope.yaml}\n  /o: {get: {responses: {}}, gett: {}}\n") },
  },
  {
    ...refused("a mistake in one document does not hide that it clashes with another", "", [
      "error UnknownField api.yaml:6:23 /paths/~1pets/get/x-portico/disabld",
      "error NameClash other.yaml:2:8 /info/title",
    ]),
    files: {
      "api.yaml": documentOf("  /pets:\n    get: {x-portico: {disabld: true}, responses: {}}\n"),
      "other.yaml": documentOf("  /dogs: {get: {responses: {}}}\n"),
    },
    more: ["other.yaml"],
  },
  {
    ...refused(
      "two documents that answer the same requests and have one name are one Problem, which says both",
      "",
      "error BasePathClash other.yaml:6:5 /paths/~1pets/get",
      "or `hosts`, and another `name`.",
    ),
    files: { "api.yaml": documentOf(onePath), "other.yaml": documentOf(onePath) },
    more: ["other.yaml"],
  },
  refused(
    "a mistake in an operation does not hide that another answers the same requests",
    documentOf(
      "  /a/{x}: {get: {x-portico: {backend: {ulr: 'http://a.example'}}, responses: {}}}\n  /a/{y}: {get: {responses: {}}}\n",
    ).replace("servers", "x-servers"),
    [
      "error NoBackend api.yaml:1:1 /servers",
      "error UnknownField api.yaml:5:40 /paths/~1a~1{x}/get/x-portico/backend/ulr",
      "warning OperationClash api.yaml:6:12 /paths/~1a~1{y}/get",
    ],
  ),
  refused(
    "what could not be read is not said to be missing",
    documentOf("  /pets: {get: 7}\n").replace('[{url: "https://pets.example"}]', "[7]"),
    ["error WrongType api.yaml:3:11 /servers/0", "error WrongType api.yaml:5:11 /paths/~1pets/get"],
  ),
  refused(
    "that there are more than are shown",
    documentOf(many),
    [
      "error TooManyProblems api.yaml:1:1",
      ...Array.from({ length: 200 }, (_, index) => `error WrongType api.yaml:${index + 5}:3 /paths/~1p${index}`),
    ],
    "The first 200 Problems are shown.",
  ),
];

describe("a field that nobody would read", { concurrency: 2 }, () => {
  for (const one of fields) itRefuses(one);
});
describe("a path that no request reaches, or not as it is meant", { concurrency: 2 }, () => {
  for (const one of paths) itRefuses(one);
});
describe("a header that no change may touch", { concurrency: 2 }, () => {
  for (const one of headers) itRefuses(one);
});
describe("a server that is none", { concurrency: 2 }, () => {
  for (const one of servers) itRefuses(one);
});
describe("all is said at once", { concurrency: 2 }, () => {
  for (const one of atOnce) itRefuses(one);
});
