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
