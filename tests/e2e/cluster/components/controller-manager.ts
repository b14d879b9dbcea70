import { inNode } from "../place.ts";
import { listens } from "./answers.ts";
import type { Component } from "./component.ts";
import { partInNode } from "./program.ts";

/** kube-controller-manager: one of it, so it need not win an election. */
export const controllerManager = (kubernetes: string): Component => ({
  name: "kube-controller-manager",
  files: {},
  command: [
    partInNode(kubernetes),
    "kube-controller-manager",
    `--kubeconfig=${inNode}/etc/controller-manager.kubeconfig`,
    `--service-account-private-key-file=${inNode}/pki/service-accounts.key`,
    `--root-ca-file=${inNode}/pki/ca.crt`,
    "--use-service-account-credentials",
    "--allocate-node-cidrs=false",
    "--leader-elect=false",
    "--bind-address=127.0.0.1",
    `--flex-volume-plugin-dir=${inNode}/volume-plugins`,
  ],
  ready: (node) => listens(node, "127.0.0.1", 10257),
});
