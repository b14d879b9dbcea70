import { inNode } from "../place.ts";
import { listens } from "./answers.ts";
import type { Component } from "./component.ts";

const client = "http://127.0.0.1:2379";
const peer = "http://127.0.0.1:2380";

/** etcd, which does not wait for the disk: a test cluster outlives no crash of the machine. */
export const etcd: Component = {
  name: "etcd",
  files: {},
  command: [
    "etcd",
    `--data-dir=${inNode}/etcd`,
    "--unsafe-no-fsync",
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
  ],
  ready: (node) => listens(node, "127.0.0.1", 2379),
};
