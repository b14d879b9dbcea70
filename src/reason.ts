/** Every reason a Problem can have, with what it means. docs/errors.md is made from this table. */
export const reasons = {
  // files
  FileUnreadable: "The file is not there, is a folder, or may not be read.",
  FileTooLarge: "The file is larger than Portico reads.",
  NotText: "The file is not UTF-8 text.",
  NotYaml: "The file is neither YAML nor JSON.",
  DuplicateKey: "A mapping has the same key twice.",
  TooDeep: "Collections are nested deeper than Portico follows.",
  AliasBomb: "YAML aliases stand for far more than the file holds.",
  EmptyDocument: "There is nothing in the file.",
  // documents
  NotOpenApi: "The file is no OpenAPI document.",
  UnknownVersion: "The version of OpenAPI is not one that Portico knows.",
  WrongType: "A value has another type than its field takes.",
  MissingField: "A field that is needed is missing.",
  UnknownField: "A field is not one that Portico knows.",
  WrongValue: "A value is not one that its field takes.",
  TooManyProblems: "More may be wrong with a document than is said at once.",
  DanglingRef: "A $ref points at nothing.",
  RefCycle: "A $ref leads back to itself.",
  RefOutside: "A $ref leaves the document's folder, or is a URL.",
  NoOperations: "The document has no operation to serve.",
  BadPath: "A key under paths is no path template, or none that a request can match.",
  DuplicateOperationId: "Two operations have the same operationId.",
  OperationClash: "Two operations answer the same requests.",
  BasePathClash: "Two documents answer the same requests.",
  NameClash: "Two documents make an API of the same name.",
  // backends and protection
  NoBackend: "Nothing says where requests go.",
  UnknownBackend: "A backend is named that does not exist.",
  BadServer: "A server's URL is not one that requests can be sent to.",
  MissingSecurity: "Operations need a credential that nothing checks.",
  // resources and extensions
  UnknownKind: "A resource is of a kind that Portico does not have.",
  DuplicateResource: "Two resources of one kind have the same name.",
  NotYet: "A field is known, but this version does not do it yet.",
  InlinePassword: "A password stands in a document; it belongs into a Secret.",
  InterceptorNotCarried: "An interceptor of another product cannot be carried over.",
  // running
  NoEnvoy: "There is no Envoy to run.",
  EnvoyUnusable: "The Envoy that was named does not run, or is too old.",
  EnvoyFailed: "Envoy refused the configuration or ended.",
  PortTaken: "Another program listens on the port.",
  PortRefused: "The address or port is not one that may be listened on.",
  BadCertificate: "A certificate, or its private key, cannot be served with.",
  NotLoopback: "Unprotected operations may be served on loopback only.",
  OutputRefused: "The output folder cannot be written.",
  MockBackendNeeded: "A mocked answer needs the mock backend, which only `portico run` has.",
  MockBackendFailed: "The server for mocked answers could not start.",
} as const;

export type Reason = keyof typeof reasons;
