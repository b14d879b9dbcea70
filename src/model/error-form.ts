/** The form of the errors that a gateway answers itself: RFC 9457's, or WSO2's. */
export type ErrorForm = "problem" | "wso2";
