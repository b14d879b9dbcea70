import type { Rewrite } from "../../model/api.ts";
import { extension, type Message, onRoute, typed } from "./json.ts";

const filterName = "portico.query";
const type = "envoy.extensions.filters.http.lua.v3.Lua";

/**
 * Takes parameters out of the query, however their names are written, and puts others at its end. Envoy's own filter for it (header_mutation) hands on decoded what clients sent
 * encoded, and so lets them write parameters of their own.
 */
const program = `
local function decoded(text)
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

function envoy_on_request(handle)
  local change = handle:filterContext()
  local gone = change:get("gone")
  local path, query = handle:headers():get(":path"):match("^([^?]*)%??(.*)$")
  local kept = {}
  for pair in query:gmatch("[^&]+") do
    if gone[decoded(pair:match("^[^=]*"))] == nil then kept[#kept + 1] = pair end
  end
  local added = change:get("added")
  if added ~= "" then kept[#kept + 1] = added end
  handle:headers():replace(":path", #kept == 0 and path or path .. "?" .. table.concat(kept, "&"))
end
`;

/** Changes the query that backends see, where routes say how: behind all that looks at requests, for a credential may be in it. */
export const queryFilter: Message = {
  // What was decided was decided of this route: another path is no reason to choose another one.
  ...extension(filterName, type, { default_source_code: { inline_string: program }, clear_route_cache: false }),
  disabled: true,
};

/** What the route of an operation switches on that changes the query. */
export function queryRules(rewrite: Rewrite | undefined): Message {
  if (rewrite === undefined || rewrite.removeQuery.length + rewrite.setQuery.length === 0) return {};
  const names = [...rewrite.removeQuery, ...rewrite.setQuery.map(({ name }) => name)];
  const filter_context = {
    gone: Object.fromEntries(names.map((name) => [name, true])),
    added: rewrite.setQuery.map(({ name, value }) => `${written(name)}=${written(value)}`).join("&"),
  };
  const config = typed("envoy.extensions.filters.http.lua.v3.LuaPerRoute", { filter_context });
  return { [filterName]: onRoute(config) };
}

/** A name or value as it stands in a query. */
export const written = (text: string): string => encodeURIComponent(text.toWellFormed());
