// Numbers, and words with the form that goes with a number, as people of the page's language write them.

const { lang } = document.documentElement;
const rules = new Intl.PluralRules(lang);

// As the pages write them: with the digits of all of them, in Arabic too.
export const number = (value, decimals = 0) => value.toLocaleString(`${lang}-u-nu-latn`, {
  minimumFractionDigits: decimals, maximumFractionDigits: decimals,
});

// `forms` has the words of each form of plural that the language knows; `{count}` stands for the number.
export const counted = (forms, count) => forms[rules.select(count)].replace("{count}", number(count));
