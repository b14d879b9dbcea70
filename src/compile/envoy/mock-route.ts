import { plainAcceptPattern } from "../../model/accept.ts";
import type { ApiModel, Operation } from "../../model/api.ts";
import type { HeaderChanges } from "../../model/headers.ts";
import type { MockReply } from "../../model/mock.ts";
import { isCountedGlobally } from "./global-limits.ts";
import { type Message, overwriteHeader } from "./json.ts";
import { apiHeader, headerValue, mockCluster, operationHeader } from "./names.ts";
import type { RouteAction } from "./route-action.ts";

/** Configuration that default answers may take in all; what is beyond comes from the mock backend (bytes of JSON). */
const directBudget = 64 * 1024 * 1024;

/**
 * The mocked operations whose default answers the routes hold themselves: those that fit, in the order of the documents. Not errors, which
 * would be taken for the gateway's own; not what is counted across gateways, for Envoy's filter passes over direct answers; and not those whose own
 * headers the document changes, for a route's changes and a direct answer's headers are one list.
 */
export function directMocks(apis: readonly ApiModel[]): ReadonlySet<Operation> {
  const direct = new Set<Operation>();
  let left = directBudget;
  for (const [api, operation] of apis.flatMap((api) => api.operations.map((operation) => [api, operation] as const))) {
    if (operation.answer.kind !== "mock" || operation.answer.reply.status >= 400) continue;
    if (isCountedGlobally(api, operation)) continue;
    if (changesOwnHeaders(operation.responseHeaders, operation.answer.reply)) continue;
    const size = JSON.stringify(operation.answer.reply).length + 1024;
    if (size > left) continue;
    left -= size;
    direct.add(operation);
  }
  return direct;
}

function changesOwnHeaders({ remove, set, add }: HeaderChanges, { headers }: MockReply): boolean {
  const own = new Set(["content-type", ...headers.map(([name]) => name.toLowerCase())]);
  return [...remove, ...[...set, ...add].map(({ name }) => name)].some((name) => own.has(name.toLowerCase()));
}

/**
 * A mocked operation: its default answer directly where the request leaves no choice, and the mock backend where it names one
 * (`Prefer`, RFC 7240) or takes another media type (`Accept`, RFC 9110, section 12.5.1).
 */
export function mockActions(api: ApiModel, operation: Operation, reply: MockReply, direct: boolean): readonly RouteAction[] {
  const chosen: RouteAction = {
    when: [],
    action: { route: { cluster: mockCluster, timeout: "15s" } },
    requestHeaders: [overwriteHeader(apiHeader, api.name), overwriteHeader(operationHeader, headerValue(operation.id))],
    responseHeaders: [overwriteHeader(operationHeader, headerValue(operation.id))],
  };
  return direct ? [directAction(operation, reply), chosen] : [chosen];
}

function directAction(operation: Operation, { status, mediaType, headers, body }: MockReply): RouteAction {
  return {
    when: [
      { name: "prefer", present_match: false },
      {
        name: "accept",
        string_match: { safe_regex: { regex: `(?:${plainAcceptPattern(mediaType)})?` } },
        treat_missing_header_as_empty: true,
      },
    ],
    action: {
      direct_response: { status, ...(body === "" ? {} : { body: { inline_string: body } }) },
    },
    lateHeaders: [
      // Envoy takes the type of an empty answer away after the route's headers are there. A refusal on this route keeps its own.
      ...(body === "" && mediaType !== undefined
        ? [{ append: { ...overwriteHeader("content-type", mediaType), append_action: "ADD_IF_ABSENT" } }]
        : []),
      // It says that what was made, or where to go, is the request's own path.
      ...(namesPlace(status) && !saysLocation(operation, headers) ? [{ remove: "location" }] : []),
    ],
    requestHeaders: [],
    responseHeaders: [
      ...(body === "" || mediaType === undefined ? [] : [overwriteHeader("content-type", mediaType)]),
      ...headers.map(([name, value]) => overwriteHeader(name, value)),
      overwriteHeader(operationHeader, headerValue(operation.id)),
    ],
  };
}

/** Statuses for which Envoy gives a direct answer a Location (RFC 9110, section 10.2.2). */
const namesPlace = (status: number): boolean => status === 201 || (status >= 300 && status < 400);

function saysLocation({ responseHeaders: { set, add } }: Operation, headers: MockReply["headers"]): boolean {
  const names = [...headers.map(([name]) => name), ...[...set, ...add].map(({ name }) => name)];
  return names.some((name) => name.toLowerCase() === "location");
}

/** Longer than any file of the page (bytes). */
const longestOfPage = 4 * 1024 * 1024;

/** The longest of the bodies that routes answer directly, in bytes: Envoy refuses more than it was told (4,096 unless said). */
export function longestDirectBody(operations: Iterable<Operation>): number {
  let longest = 4096;
  for (const { answer } of operations) {
    if (answer.kind === "mock") longest = Math.max(longest, Buffer.byteLength(answer.reply.body));
    if (answer.kind === "document") longest = Math.max(longest, answer.bytes);
    if (answer.kind === "page") longest = Math.max(longest, longestOfPage);
  }
  return longest;
}

/** The cluster of the mock backend, behind a Unix socket. */
export function mockBackendCluster(socket: string): Message {
  return {
    name: mockCluster,
    type: "STATIC",
    connect_timeout: "1s",
    load_assignment: { cluster_name: mockCluster, endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: socket } } } }] }] },
  };
}
