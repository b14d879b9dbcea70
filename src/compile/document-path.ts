const folder = "image/documents/";

/** Where the image part keeps the published document of an API. */
export const documentPath = (api: string): string => `${folder}${api}.json`;

export const isDocument = (path: string): boolean => path.startsWith(folder);
