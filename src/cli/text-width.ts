/** Characters that take two columns of a terminal: the wide ones of Unicode Standard Annex 11, by their blocks, and emoji. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Characters that stand on the one before them. */
const zero = /[\p{Mn}\p{Me}\p{Cf}]/u;
const plain = /^[\x20-\x7e]*$/;

/** How many columns of a terminal a text takes. */
export function textWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += zero.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

/** As much of the text's begin as fits; what was cut shows as an ellipsis. */
export function cutToWidth(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let taken = "";
  let left = width - 1;
  for (const character of text) {
    left -= textWidth(character);
    if (left < 0) break;
    taken += character;
  }
  return `${taken}…`;
}

/** The text with spaces behind it, up to a width. */
export const padToWidth = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - textWidth(text)));
