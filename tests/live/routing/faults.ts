type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

/** Routes without what longer prefixes repeat of shorter ones: a request would be answered as if there were nothing but its own prefix. */
export const dropRepeatedCandidates = changePrefixMaps((map) => {
  const lists = new Map(
    Object.entries(map).map(([prefix, branch]) => [prefix, new Set(routesIn(branch).map((route) => JSON.stringify(route)))]),
  );
  return Object.fromEntries(
    Object.entries(map).map(([prefix, branch]) => {
      const shorter = [...lists].filter(([other]) => other !== prefix && prefix.startsWith(other)).map(([, routes]) => routes);
      const repeated = (route: Json) => !isNotFound(route) && shorter.some((routes) => routes.has(JSON.stringify(route)));
      return [prefix, mapRoutes(branch, (routes) => routes.filter((route) => !repeated(route)))];
    }),
  );
});

/** Routes with every 405 behind all operations of its list: a path that lacks the method no longer keeps a less specific one from answering. */
export const methodBeforePath = changePrefixMaps((map) =>
  Object.fromEntries(
    Object.entries(map).map(([prefix, branch]) => [
      prefix,
      mapRoutes(branch, (routes) => [
        ...routes.filter((route) => statusOf(route) !== 405 && !isNotFound(route)),
        ...routes.filter((route) => statusOf(route) === 405),
        ...routes.filter(isNotFound),
      ]),
    ]),
  ),
);

/** Routes whose lists stand under other prefixes. Where two come to stand under one, the longer one's list stays. */
export const renamePrefixes = (rename: (prefix: string) => string): ((routes: string) => string) =>
  changePrefixMaps((map) =>
    Object.fromEntries(Object.entries(map).map(([prefix, branch]) => [prefix === "/" ? prefix : rename(prefix), branch])),
  );

/** A change of all prefix maps in a file of routes. */
function changePrefixMaps(change: (map: JsonObject) => JsonObject): (routes: string) => string {
  const walk = (value: Json): Json =>
    mapMembers(value, (key, member) =>
      key === "prefix_match_map" && isObject(member) ? { map: change(objectOf(member.map)) } : walk(member),
    );
  return (routes) => JSON.stringify(walk(parse(routes)));
}

/** A branch with each of its lists of routes changed. */
function mapRoutes(branch: Json, change: (routes: readonly Json[]) => readonly Json[]): Json {
  return mapMembers(branch, (key, member) => (key === "routes" && Array.isArray(member) ? change(member) : mapRoutes(member, change)));
}

function routesIn(branch: Json): readonly Json[] {
  const found: Json[] = [];
  mapRoutes(branch, (routes) => {
    found.push(...routes);
    return routes;
  });
  return found;
}

function mapMembers(value: Json, change: (key: string, member: Json) => Json): Json {
  if (Array.isArray(value)) return value.map((element, index) => change(String(index), element));
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, change(key, member)])) : value;
}

const statusOf = (route: Json): Json => objectOf(objectOf(route).direct_response).status ?? null;
const isNotFound = (route: Json): boolean => statusOf(route) === 404;
const isObject = (value: Json | undefined): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);
const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

function parse(text: string): Json {
  const value: Json = JSON.parse(text);
  return value;
}
