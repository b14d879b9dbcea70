import type { Rewrite } from "../../model/api.ts";
import { type HiddenCredentials, type HiddenName, nothingHidden } from "./hidden-credentials.ts";
import { extension, type Message, onRoute, typed } from "./json.ts";

const filterName = "portico.query";
const type = "envoy.extensions.filters.http.lua.v3.Lua";

/**
 * Takes parameters out of the query, however their names are written, and puts others at its end; takes cookies out. Envoy's own filter for the query (header_mutation) hands on decoded what
 * clients sent encoded, and so lets them write parameters of their own; for cookies it has none.
 *
 * Of a credential that is passed on the one is left that was checked: the first parameter whose decoded name it is, or the first cookie with spaces alone before its name, and a `=` behind that. So Envoy's
 * filters find them (seen in 1.40), and the policy agent. To a backend blanks around a name may make no other name of it, so that all else of that name goes; and with it whatever has the name
 * at a word's begin: backends find one behind a blank, a comma or a semicolon, too, and take `name[]` and `name.a` for it.
 */
const program = `
local function decoded(text)
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

-- In one pass, however many blanks there are.
local function without_blanks(text)
  return text:match("^()%s*$") and "" or text:match("^%s*(.*%S)")
end

local function is_left(change, checked, name, is_read)
  if change ~= "first" then return change == nil end
  if checked[name] or not is_read then return false end
  checked[name] = true
  return true
end

local function has_word(text, word)
  local from = 1
  while true do
    local first, last = text:find(word, from, true)
    if first == nil then return false end
    local begins = first == 1 or text:find("^[%s,;]", first - 1)
    if begins and not text:find("^[%w_-]", last + 1) then return true end
    from = first + 1
  end
end

-- Whether a backend may find in this what was looked for elsewhere.
local function misleads(text, changes, own)
  for name, change in pairs(changes) do
    if change == "first" and name ~= own and has_word(text, name) then return true end
  end
  return false
end

local function change_query(headers, changes, added)
  local path, query = headers:get(":path"):match("^([^?]*)%??(.*)$")
  local kept, checked = {}, {}
  for pair in query:gmatch("[^&]+") do
    local written = decoded(pair:match("^[^=]*"))
    local name = without_blanks(written)
    local change = changes[written] or changes[name]
    local left = is_left(change, checked, name, written == name)
    if left and not misleads(decoded(pair), changes, change and name) then kept[#kept + 1] = pair end
  end
  if added ~= "" then kept[#kept + 1] = added end
  headers:replace(":path", #kept == 0 and path or path .. "?" .. table.concat(kept, "&"))
end

local function change_cookies(headers, changes)
  local kept, checked = {}, {}
  for index = 0, headers:getNumValues("cookie") - 1 do
    for pair in headers:getAtIndex("cookie", index):gmatch("[^;]+") do
      local written = pair:match("^[^=]*")
      local name = without_blanks(written)
      local is_read = #written < #pair and written:match("^ *(.*)$") == name
      local left = is_left(changes[name], checked, name, is_read)
      if left and not misleads(pair, changes, changes[name] and name) then kept[#kept + 1] = without_blanks(pair) end
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
  const gone = [...query, ...[...removeQuery, ...setQuery.map(({ name }) => name)].map((name) => ({ name, isFirstLeft: false }))];
  if (gone.length + cookie.length === 0) return {};
  const added = setQuery.map(({ name, value }) => `${written(name)}=${written(value)}`).join("&");
  const filter_context = {
    ...(gone.length === 0 ? {} : { gone: named(gone), added }),
    ...(cookie.length === 0 ? {} : { cookies: named(cookie) }),
  };
  const config = typed("envoy.extensions.filters.http.lua.v3.LuaPerRoute", { filter_context });
  return { [filterName]: onRoute(config) };
}

const named = (names: readonly HiddenName[]): Message =>
  Object.fromEntries(names.map(({ name, isFirstLeft }) => [name, isFirstLeft ? "first" : true]));

/** A name or value as it stands in a query. */
export const written = (text: string): string => encodeURIComponent(text.toWellFormed());
