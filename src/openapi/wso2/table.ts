import { error } from "../../problem.ts";
import { type Node, placeOf } from "../../text/node.ts";
import { endpointRows } from "./endpoint.ts";
import { protectionRows } from "./protection.ts";
import { Reading } from "./reading.ts";
import { field, fieldUnlessUndefined, nothing, type Row, refused, type Translation } from "./row.ts";
import { trafficRows } from "./traffic.ts";

/** Every key of WSO2 API Microgateway's that Portico reads, and what it becomes. docs/wso2.md shows it. */
export const table: readonly Row[] = [
  {
    key: "x-wso2-basePath",
    older: ["x-mgw-basePath"],
    levels: ["document"],
    takes: "a path; `{version}` stands for `info.version`",
    becomes: "basePath",
    note: "Comes before the path of the servers.",
    translate: (node, { version }) => {
      const reading = new Reading();
      return fieldUnlessUndefined("basePath", reading.text(node)?.replaceAll("{version}", version), node, reading.problems);
    },
  },
  ...endpointRows,
  ...protectionRows,
  ...trafficRows,
  {
    key: "x-wso2-transports",
    older: ["x-mgw-transports"],
    levels: ["document"],
    takes: "a list of http, https",
    becomes: "transports",
    note: "Both is as the gateway listens, and needs no field.",
    translate: transports,
  },
  {
    key: "x-wso2-owner",
    older: ["x-mgw-owner"],
    levels: ["document"],
    takes: "a text",
    becomes: "owner",
    note: "A note for people: nothing is made of it.",
    translate: (node) => {
      const reading = new Reading();
      return fieldUnlessUndefined("owner", reading.text(node), node, reading.problems);
    },
  },
  {
    key: "x-wso2-mode",
    older: [],
    levels: ["document"],
    takes: "privateJet, sidecar, shared",
    becomes: "mode",
    note: "`Serverless` is a Problem: there is no such mode here.",
    translate: mode,
  },
];

function transports(node: Node): Translation {
  const reading = new Reading();
  const list = reading.list(node)?.flatMap((element) => reading.oneOf(element, ["http", "https"]) ?? []);
  if (list === undefined || reading.problems.length > 0) return refused(...reading.problems);
  return new Set(list).size === 2 ? nothing : field("transports", list, node);
}

function mode(node: Node): Translation {
  if (typeof node.value === "string" && node.value.toLowerCase() === "serverless") {
    return refused(
      error("WrongValue", placeOf(node), "The mode Serverless cannot be carried over. Write `shared`, `privateJet` or `sidecar`."),
    );
  }
  const reading = new Reading();
  return fieldUnlessUndefined("mode", reading.oneOf(node, ["privateJet", "sidecar", "shared"]), node, reading.problems);
}
