import type { ApiModel } from "../../model/api.ts";
import { answersUnder } from "../../model/host.ts";
import { compareText } from "../../model/path.ts";
import type { Message } from "./json.ts";
import { pathMatcher } from "./matcher.ts";
import { type PathEntry, pathEntries } from "./path-entry.ts";
import { notFoundRoute } from "./path-routes.ts";
import { pathTree } from "./tree/build.ts";

/** The routes of a path, in the order in which they are tried. */
type RoutesOfPath = (entry: PathEntry) => readonly Message[];

/** A virtual host for each host name, with the paths of the APIs that answer under it; those without host names answer under every one. */
export function virtualHosts(apis: readonly ApiModel[], routesOfPath: RoutesOfPath): readonly Message[] {
  const everywhere = apis.filter((api) => api.hosts.length === 0);
  const hosts = [...new Set(apis.flatMap((api) => api.hosts))].toSorted(compareText);
  return [
    ...hosts.map((host) =>
      virtualHost(
        host,
        apis.filter((api) => answersUnder(api.hosts, host)),
        routesOfPath,
      ),
    ),
    virtualHost("*", everywhere, routesOfPath),
  ];
}

function virtualHost(name: string, apis: readonly ApiModel[], routesOfPath: RoutesOfPath): Message {
  if (apis.length === 0) return { name, domains: [name], routes: [notFoundRoute] };
  const routes = new Map(pathEntries(apis).map((entry) => [entry, routesOfPath(entry)] as const));
  const candidates = [...routes].map(([entry, list]) => ({ entry, template: entry.template, weight: list.length }));
  const routesOf = ({ entry }: { readonly entry: PathEntry }): readonly Message[] => routes.get(entry) ?? [];
  return { name, domains: [name], matcher: pathMatcher(pathTree(candidates), routesOf, notFoundRoute) };
}
