import { inNode } from "../place.ts";
import { listens } from "./answers.ts";
import type { Component } from "./component.ts";
import { partInNode } from "./program.ts";

/** kube-scheduler: one of it, so it need not win an election. */
export const scheduler = (kubernetes: string): Component => ({
  name: "kube-scheduler",
  files: {},
  command: [
    partInNode(kubernetes),
    "kube-scheduler",
    `--kubeconfig=${inNode}/etc/scheduler.kubeconfig`,
    "--leader-elect=false",
    "--bind-address=127.0.0.1",
  ],
  ready: (node) => listens(node, "127.0.0.1", 10259),
});
