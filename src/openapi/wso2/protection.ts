import { child, type Node } from "../../text/node.ts";
import { Reading } from "./reading.ts";
import { field, fieldUnlessUndefined, type Level, nothing, type Row, refused, type Scope, type Translation } from "./row.ts";

const both: readonly Level[] = ["document", "operation"];

const disableKeys = ["x-wso2-disable-security", "x-mgw-disable-security"] as const;

/** The keys that say who may call. */
export const protectionRows: readonly Row[] = [
  {
    key: "x-wso2-disable-security",
    older: ["x-mgw-disable-security"],
    levels: both,
    takes: "true or false",
    becomes: "security: false",
    note: "`false` in an operation takes back the document's `true`.",
    translate: (node, scope) => {
      const reading = new Reading();
      const disabled = reading.flag(node);
      if (disabled === undefined) return refused(...reading.problems);
      return disabled ? field("security", false, node) : protectedAgain(node, scope);
    },
  },
  {
    key: "x-auth-type",
    older: [],
    levels: ["operation"],
    takes: "None, Application, Application User, Application & Application User, Any",
    becomes: "security: false",
    note: "`None` is everybody. The others are what the document's security says.",
    translate: (node, scope) => {
      const reading = new Reading();
      const type = reading.oneOf(node, ["None", "Application", "Application User", "Application & Application User", "Any"]);
      if (type === undefined) return refused(...reading.problems);
      return type === "None" ? field("security", false, node) : protectedAgain(node, scope);
    },
  },
  {
    key: "x-scope",
    older: [],
    levels: ["operation"],
    takes: "scopes, with spaces or commas between them",
    becomes: "scopes",
    note: "A token needs all of them. Scopes in OpenAPI's own `security` count as well. Where no token is taken, they are a Problem. `x-scopes-bindings` in a scheme is for the token's issuer, and is not read.",
    translate: (node) => {
      const reading = new Reading();
      const text = reading.text(node);
      return fieldUnlessUndefined(
        "scopes",
        text?.split(/[\s,]+/).filter((scope) => scope !== ""),
        node,
        reading.problems,
      );
    },
  },
  {
    key: "x-wso2-auth-header",
    older: ["x-mgw-auth-header"],
    levels: ["document"],
    takes: "a header's name",
    becomes: "credentialHeader",
    note: "In place of `Authorization`.",
    translate: (node) => {
      const reading = new Reading();
      return fieldUnlessUndefined("credentialHeader", reading.text(node), node, reading.problems);
    },
  },
  {
    key: "x-wso2-application-security",
    older: ["x-mgw-application-security"],
    levels: ["document"],
    takes: "`{security-types: [basic_auth, api_key, oauth2], optional: true or false}`",
    becomes: "credentialTypes, credentialOptional",
    note: "`oauth2` stands for signed and for opaque tokens.",
    translate: applicationSecurity,
  },
  {
    key: "x-wso2-mutual-ssl",
    older: ["x-mgw-mutual-ssl"],
    levels: ["document"],
    takes: "mandatory, optional",
    becomes: "clientCertificate",
    note: "`mandatory` wants a certificate beside each other credential; `optional` asks for none.",
    translate: (node) => {
      const reading = new Reading();
      return fieldUnlessUndefined("clientCertificate", reading.oneOf(node, ["mandatory", "optional"]), node, reading.problems);
    },
  },
];

/** In an operation, protection where the document takes it away; elsewhere it holds anyway. */
function protectedAgain(node: Node, { level, document }: Scope): Translation {
  const takenAway = disableKeys.some((key) => child(document, key).value === true);
  return level === "operation" && takenAway ? field("security", true, node) : nothing;
}

const credentialTypes = { basic_auth: ["basic"], api_key: ["apiKey"], oauth2: ["jwt", "oauth2"] } as const;

function applicationSecurity(node: Node): Translation {
  const reading = new Reading();
  const parts = reading.mapping(node, ["securityTypes", "optional"]);
  const types = reading.list(parts?.securityTypes)?.flatMap((element) => {
    const type = reading.oneOf(element, ["basic_auth", "api_key", "oauth2"]);
    return type === undefined ? [] : credentialTypes[type];
  });
  const optional = reading.flag(parts?.optional);
  // A list of none is no word that everybody may call: it says no more than a document that does not say it.
  const fields = [
    ...(types === undefined || types.length === 0 ? [] : [{ key: "credentialTypes", value: types, origin: node }]),
    ...(optional === undefined ? [] : [{ key: "credentialOptional", value: optional, origin: node }]),
  ];
  return { fields, problems: reading.problems };
}
