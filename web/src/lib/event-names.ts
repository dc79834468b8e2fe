/** Which of the known events stand in a metric's calculation. */
export function namesIn(calculation: string, known: string[]): string[] {
  const words = new Set(calculation.match(/[\w.$-]+/g) ?? []);
  return known.filter((name) => words.has(name) || calculation.includes(`"${name}"`) || calculation.includes(`'${name}'`));
}
