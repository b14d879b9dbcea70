/** The claims that name the client which a token was made for, the first that is there (RFC 8693, section 4.3; OpenID Connect Core, section 2). */
export const clientClaims = ["client_id", "azp", "sub"];
