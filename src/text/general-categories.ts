/** The general categories of Unicode by their long names (PropertyValueAliases.txt, gc). */
export const generalCategories: ReadonlyMap<string, string> = new Map([
  ...([
    ["Letter", "L"],
    ["Uppercase_Letter", "Lu"],
    ["Lowercase_Letter", "Ll"],
    ["Titlecase_Letter", "Lt"],
  ] as const),
  ...([
    ["Cased_Letter", "LC"],
    ["Modifier_Letter", "Lm"],
    ["Other_Letter", "Lo"],
  ] as const),
  ...([
    ["Mark", "M"],
    ["Combining_Mark", "M"],
    ["Nonspacing_Mark", "Mn"],
    ["Spacing_Mark", "Mc"],
    ["Enclosing_Mark", "Me"],
  ] as const),
  ...([
    ["Number", "N"],
    ["Decimal_Number", "Nd"],
    ["digit", "Nd"],
    ["Letter_Number", "Nl"],
    ["Other_Number", "No"],
  ] as const),
  ...([
    ["Punctuation", "P"],
    ["punct", "P"],
    ["Connector_Punctuation", "Pc"],
    ["Dash_Punctuation", "Pd"],
  ] as const),
  ...([
    ["Open_Punctuation", "Ps"],
    ["Close_Punctuation", "Pe"],
    ["Initial_Punctuation", "Pi"],
  ] as const),
  ...([
    ["Final_Punctuation", "Pf"],
    ["Other_Punctuation", "Po"],
  ] as const),
  ...([
    ["Symbol", "S"],
    ["Math_Symbol", "Sm"],
    ["Currency_Symbol", "Sc"],
    ["Modifier_Symbol", "Sk"],
    ["Other_Symbol", "So"],
  ] as const),
  ...([
    ["Separator", "Z"],
    ["Space_Separator", "Zs"],
    ["Line_Separator", "Zl"],
    ["Paragraph_Separator", "Zp"],
  ] as const),
  ...([
    ["Other", "C"],
    ["Control", "Cc"],
    ["cntrl", "Cc"],
    ["Format", "Cf"],
    ["Surrogate", "Cs"],
  ] as const),
  ...([
    ["Private_Use", "Co"],
    ["Unassigned", "Cn"],
  ] as const),
]);
