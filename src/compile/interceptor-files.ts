import type { ApiModel } from "../model/api.ts";

export const interceptorsFolder = "image/interceptors/";

/** Where the image part keeps the functions of an API. Others are in another folder: those before stay there while they count. */
export const interceptorFolder = (api: string, hash: string): string => `${interceptorsFolder}${api}-${hash}/`;

export const isInterceptor = (path: string): boolean => path.startsWith(interceptorsFolder);

/** The files of each API's functions, by where they are kept. Node is told that they are modules, and need not try (Node.js: "Determining module system"). */
export const interceptorFiles = (apis: readonly ApiModel[]): readonly (readonly [path: string, text: string])[] =>
  apis.flatMap(({ name, interception }) => {
    if (interception === undefined) return [];
    const folder = interceptorFolder(name, interception.hash);
    const files = Object.entries(interception.files).map(([path, text]) => [folder + path, text] as const);
    return files.length === 0 ? [] : [...files, [`${folder}package.json`, '{ "type": "module" }\n'] as const];
  });
