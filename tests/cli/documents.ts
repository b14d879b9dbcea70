/** One operation, to stand under `paths:`. */
export const onePath = `  /pets:
    get:
      operationId: listPets
      responses: {"200": {description: All pets}}
`;

/** A document with these paths, and with more at its top: `paths:` is line 4 and one more for each line of `more`. */
export const documentOf = (paths: string, more = ""): string =>
  `openapi: 3.1.0\ninfo: {title: Pets, version: "1"}\nservers: [{url: "https://pets.example"}]\n${more}paths:\n${paths}`;
