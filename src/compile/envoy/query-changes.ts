import type { Rewrite } from "../../model/api.ts";
import { type HiddenCredentials, nothingHidden } from "./hidden-credentials.ts";
import { extension, type Message, onRoute, typed } from "./json.ts";

const filterName = "portico.query";
const type = "envoy.extensions.filters.http.lua.v3.Lua";

/**
 * Takes parameters out of the query, however their names are written, and puts others at its end; takes cookies out. Envoy's own filter for the query (header_mutation) hands on decoded what
 * clients sent encoded, and so lets them write parameters of their own; for cookies it has none.
 */
const program = `
local function decoded(text)
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

-- In one pass, however many blanks there are.
local function without_blanks(text)
  return text:match("^()%s*$") and "" or text:match("^%s*(.*%S)")
end

local function change_query(headers, gone, added)
  local path, query = headers:get(":path"):match("^([^?]*)%??(.*)$")
  local kept = {}
  for pair in query:gmatch("[^&]+") do
    if gone[decoded(pair:match("^[^=]*"))] == nil then kept[#kept + 1] = pair end
  end
  if added ~= "" then kept[#kept + 1] = added end
  headers:replace(":path", #kept == 0 and path or path .. "?" .. table.concat(kept, "&"))
end

local function change_cookies(headers, gone)
  local kept = {}
  for index = 0, headers:getNumValues("cookie") - 1 do
    for pair in headers:getAtIndex("cookie", index):gmatch("[^;]+") do
      if gone[without_blanks(pair:match("^[^=]*"))] == nil then kept[#kept + 1] = without_blanks(pair) end
    end
  end
  headers:remove("cookie")
  if #kept > 0 then headers:add("cookie", table.concat(kept, "; ")) end
end

function envoy_on_request(handle)
  local change = handle:filterContext()
  local headers = handle:headers()
  if change:get("gone") ~= nil then change_query(headers, change:get("gone"), change:get("added")) end
  if change:get("cookies") ~= nil then change_cookies(headers, change:get("cookies")) end
end
`;

/** Changes the query that backends see, where routes say how: behind all that looks at requests, for a credential may be in it. */
export const queryFilter: Message = {
  // What was decided was decided of this route: another path is no reason to choose another one.
  ...extension(filterName, type, { default_source_code: { inline_string: program }, clear_route_cache: false }),
  disabled: true,
};

/** What the route of an operation switches on that changes the query, or takes credentials out of it and out of cookies. */
export function queryRules(
  rewrite: Rewrite | undefined,
  { query, cookie }: Pick<HiddenCredentials, "query" | "cookie"> = nothingHidden,
): Message {
  const { removeQuery, setQuery } = rewrite ?? { removeQuery: [], setQuery: [] };
  const gone = [...query, ...removeQuery, ...setQuery.map(({ name }) => name)];
  if (gone.length + cookie.length === 0) return {};
  const added = setQuery.map(({ name, value }) => `${written(name)}=${written(value)}`).join("&");
  const filter_context = {
    ...(gone.length === 0 ? {} : { gone: named(gone), added }),
    ...(cookie.length === 0 ? {} : { cookies: named(cookie) }),
  };
  const config = typed("envoy.extensions.filters.http.lua.v3.LuaPerRoute", { filter_context });
  return { [filterName]: onRoute(config) };
}

const named = (names: readonly string[]): Message => Object.fromEntries(names.map((name) => [name, true]));

/** A name or value as it stands in a query. */
export const written = (text: string): string => encodeURIComponent(text.toWellFormed());
