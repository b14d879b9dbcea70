import { dump } from "js-yaml";
import { type Alert, alerts, type Panel, type Row, rows } from "./queries.ts";

const generated = "# Generated from scripts/monitoring by scripts/generate.ts.\n";
const yaml = (value: object): string => dump(value, { lineWidth: 140, noRefs: true });

/** The alerts as a rule file of Prometheus. */
export const ruleGroups = (all: readonly Alert[] = alerts): object => ({
  groups: [
    {
      name: "portico",
      rules: all.map(({ name, expr, lasting, severity, summary, description }) => ({
        alert: name,
        expr,
        for: lasting,
        labels: { severity },
        annotations: { summary, description },
      })),
    },
  ],
});

/** The same for Prometheus' operator (monitoring.coreos.com/v1), and what it is to scrape. */
const monitors: readonly object[] = [
  {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    metadata: { name: "portico-gateways" },
    spec: {
      namespaceSelector: { any: true },
      selector: { matchLabels: { "app.kubernetes.io/name": "portico-gateway" } },
      podMetricsEndpoints: [{ port: "monitoring", path: "/metrics" }],
    },
  },
  {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    metadata: { name: "portico-operator" },
    spec: {
      namespaceSelector: { any: true },
      selector: { matchLabels: { "app.kubernetes.io/name": "portico-operator" } },
      podMetricsEndpoints: [{ port: "monitoring", path: "/metrics" }],
    },
  },
  { apiVersion: "monitoring.coreos.com/v1", kind: "PrometheusRule", metadata: { name: "portico" }, spec: ruleGroups() },
];

const width = 12;
const height = 8;
const source = { type: "prometheus", uid: "$datasource" };

/** The dashboard as Grafana imports it. */
function dashboard(): object {
  let y = 0;
  let id = 0;
  const titleOf = ({ title }: Row): object => ({
    ...{ type: "row", id: ++id, title, collapsed: false, panels: [] },
    gridPos: { x: 0, y: y++, w: 2 * width, h: 1 },
  });
  const panelOf = ({ title, description, unit, queries }: Panel, index: number): object => ({
    ...{ type: "timeseries", id: ++id, title, description, datasource: source },
    gridPos: { x: (index % 2) * width, y: y + Math.floor(index / 2) * height, w: width, h: height },
    fieldConfig: { defaults: { unit, min: 0, custom: { fillOpacity: 10, showPoints: "never" } }, overrides: [] },
    options: { legend: { displayMode: "table", placement: "bottom", calcs: ["lastNotNull", "max"] }, tooltip: { mode: "multi" } },
    targets: queries.map(({ expr, legend }, at) => ({ refId: "ABC"[at], datasource: source, expr, legendFormat: legend })),
  });
  const panels = rows.flatMap((row) => {
    const all = [titleOf(row), ...row.panels.map(panelOf)];
    y += Math.ceil(row.panels.length / 2) * height;
    return all;
  });
  return {
    ...{ title: "Portico", uid: "portico", tags: ["portico"], schemaVersion: 39, editable: true, refresh: "30s" },
    time: { from: "now-1h", to: "now" },
    templating: { list: [{ name: "datasource", type: "datasource", query: "prometheus", label: "Prometheus" }] },
    panels,
  };
}

/** What deploy/monitoring holds, by its paths. */
export const monitoringFiles = (): readonly { readonly path: string; readonly text: string }[] => [
  { path: "deploy/monitoring/rules.yaml", text: `${generated}${yaml(ruleGroups())}` },
  { path: "deploy/monitoring/monitors.yaml", text: `${generated}${monitors.map(yaml).join("---\n")}` },
  { path: "deploy/monitoring/dashboard.json", text: `${JSON.stringify(dashboard(), undefined, 2)}\n` },
];
