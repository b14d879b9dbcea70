import { error, warning } from "../../problem.ts";
import { child, type Node, placeOf } from "../../text/node.ts";
import { lengthOfTime, nameOf, present, Reading } from "./reading.ts";
import { field, fieldUnlessUndefined, type Level, nothing, type Row, type Scope, type Translation } from "./row.ts";

const both: readonly Level[] = ["document", "operation"];

const tierKeys = ["x-wso2-throttling-tier", "x-mgw-throttling-tier", "x-throttling-tier"] as const;

/** The keys that say how much is let through, and what happens to it on its way. */
export const trafficRows: readonly Row[] = [
  {
    key: "x-wso2-throttling-tier",
    older: ["x-mgw-throttling-tier", "x-throttling-tier"],
    levels: both,
    takes: "a policy's name",
    becomes: "rateLimit",
    note: "The document's tier comes before the operation's. `Unlimited` is no limit. A name that is unknown is a Problem.",
    translate: tier,
  },
  {
    key: "x-wso2-cors",
    older: ["x-mgw-cors"],
    levels: ["document"],
    takes:
      "`{corsConfigurationEnabled, accessControlAllowOrigins, accessControlAllowHeaders, accessControlAllowMethods, accessControlExposeHeaders, accessControlAllowCredentials}`, in camelCase or kebab-case",
    becomes: "cors",
    note: "Credentials for the origin `*` are a Problem: no browser takes them.",
    translate: cors,
  },
  ...(["request", "response"] as const).map(
    (which): Row => ({
      key: `x-wso2-${which}-interceptor`,
      older: [`x-mgw-${which}-interceptor`],
      levels: both,
      takes: "a Ballerina function's name, or `java:CLASS`",
      becomes: "a Problem",
      note: `The code cannot be carried over: write a function and name it in \`interceptors: {${which}: ./file.ts#function}\`. \`foreignInterceptors: ignore\` in the document makes it a warning.`,
      translate: (node, scope) => foreignInterceptor(node, which, scope),
    }),
  ),
  {
    key: "x-wso2-response-cache",
    older: ["x-mgw-response-cache"],
    levels: ["document"],
    takes: "`{enabled, cacheTimeoutInSeconds}`",
    becomes: "cache",
    note: "Answers of operations that need a credential are never kept.",
    translate: responseCache,
  },
];

function tier(node: Node, { level, document }: Scope): Translation {
  const reading = new Reading();
  const name = reading.text(node);
  if (level === "operation" && tierKeys.some((key) => child(document, key).value !== undefined))
    return { fields: [], problems: reading.problems };
  return fieldUnlessUndefined("rateLimit", name === "Unlimited" ? false : name, node, reading.problems);
}

function cors(node: Node): Translation {
  const reading = new Reading();
  const parts = reading.mapping(node, [
    "corsConfigurationEnabled",
    "accessControlAllowOrigins",
    "accessControlAllowHeaders",
    "accessControlAllowMethods",
    "accessControlExposeHeaders",
    "accessControlAllowCredentials",
  ]);
  if (parts === undefined) return { fields: [], problems: reading.problems };
  const enabled = reading.flag(parts.corsConfigurationEnabled);
  const value = present({
    origins: reading.texts(parts.accessControlAllowOrigins) ?? ["*"],
    methods: reading.texts(parts.accessControlAllowMethods),
    headers: reading.texts(parts.accessControlAllowHeaders),
    exposedHeaders: reading.texts(parts.accessControlExposeHeaders),
    credentials: reading.flag(parts.accessControlAllowCredentials),
  });
  return fieldUnlessUndefined("cors", enabled === false ? false : value, node, reading.problems);
}

function foreignInterceptor(node: Node, which: "request" | "response", { document, ignoresForeign }: Scope): Translation {
  const said = child(child(document, "x-portico"), "foreignInterceptors").value;
  const ignored = said === "ignore" || (said === undefined && ignoresForeign);
  const what = `\`${nameOf(node)}\` names code of another product, which cannot run here`;
  if (ignored)
    return {
      fields: [],
      problems: [warning("InterceptorNotCarried", placeOf(node), `${what}. It is left out, as it is to be.`)],
    };
  const instead = `Write a function and name it by \`x-portico: {interceptors: {${which}: ./file.ts#function}}\`, or let the document's x-portico say \`foreignInterceptors: ignore\`.`;
  return { fields: [], problems: [error("InterceptorNotCarried", placeOf(node), `${what}. ${instead}`)] };
}

function responseCache(node: Node): Translation {
  const reading = new Reading();
  const parts = reading.mapping(node, ["enabled", "cacheTimeoutInSeconds"]);
  const enabled = reading.flag(parts?.enabled);
  const seconds = reading.number(parts?.cacheTimeoutInSeconds);
  if (reading.problems.length > 0) return { fields: [], problems: reading.problems };
  if (enabled !== true) return enabled === false ? field("cache", false, node) : nothing;
  return field("cache", seconds === undefined ? {} : { maxAge: lengthOfTime(seconds * 1000) }, node);
}
