/** What APIs use, by names that say what it is. */
export const usedConfigMap = (namespace: string, name: string): string => `ConfigMap ${namespace}/${name}`;
export const usedEndpoint = (namespace: string, name: string): string => `TargetEndpoint ${namespace}/${name}`;
export const usedSecret = (key: string): string => `Secret ${key}`;
/** An issuer that is asked where its keys are, by its address. */
export const usedIssuer = (issuer: string): string => `Issuer ${issuer}`;
/** Used by those that look for one which is not there, or not in order. */
export const anyEndpoint = (namespace: string): string => `TargetEndpoint ${namespace}/*`;
export const usedSecurity = (namespace: string, name: string): string => `Security ${namespace}/${name}`;
/** Used by those whose documents ask for a credential that nothing checks, or that the one Security of a kind checks. */
export const anySecurity = (namespace: string): string => `Security ${namespace}/*`;
export const usedLimit = (namespace: string, name: string): string => `RateLimiting ${namespace}/${name}`;
/** Used by those whose documents name a limit that is not there. */
export const anyLimit = (namespace: string): string => `RateLimiting ${namespace}/*`;
/** What other namespaces let APIs of one use. */
export const usedGrants = (namespace: string): string => `ReferenceGrant ${namespace}`;
/** Whether this is one object that says how many use it; its name is that of the work on it. */
export const countsUsers = (used: string): boolean => /^(?:TargetEndpoint|RateLimiting|Security) /.test(used) && !used.endsWith("/*");
