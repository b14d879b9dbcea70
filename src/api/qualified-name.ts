/** The name of an object as one of the namespace `home` refers to it: with its own namespace where that is another, as no object's name has a slash. */
export const qualifiedName = (name: string, namespace: string | undefined, home: string | undefined): string =>
  namespace === undefined || namespace === home ? name : `${namespace}/${name}`;

/** Whether such a name is that of an object of the namespace itself. */
export const isOfHome = (qualified: string): boolean => !qualified.includes("/");

/** Where an object is that one of the namespace `home` refers to by such a name. */
export function splitName(qualified: string, home: string): { readonly namespace: string; readonly name: string } {
  const [namespace = "", name] = qualified.split("/");
  return name === undefined ? { namespace: home, name: qualified } : { namespace, name };
}
