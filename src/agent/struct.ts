import { isObject } from "../text/node.ts";

/** The messages of google.protobuf.Struct, for those that have one in them. */
export const structMessages = `
  message Struct { map<string, Value> fields = 1; }
  message ListValue { repeated Value values = 1; }
  message Value {
    oneof kind {
      int32 null_value = 1;
      double number_value = 2;
      string string_value = 3;
      bool bool_value = 4;
      Struct struct_value = 5;
      ListValue list_value = 6;
    }
  }
`;

/** A Struct that was read, as a value of JSON. */
export const jsonOf = (struct: unknown): Readonly<Record<string, unknown>> => {
  const fields = isObject(struct) && isObject(struct.fields) ? struct.fields : {};
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, jsonValue(value)] as const));
};

function jsonValue(value: unknown): unknown {
  if (!isObject(value)) return null;
  if (value.structValue !== undefined) return jsonOf(value.structValue);
  if (isObject(value.listValue)) return Array.isArray(value.listValue.values) ? value.listValue.values.map(jsonValue) : [];
  return value.stringValue ?? value.numberValue ?? value.boolValue ?? null;
}
