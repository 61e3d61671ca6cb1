const adjectives = [
  'able', 'amber', 'apt', 'bold', 'brave', 'bright', 'brisk', 'calm', 'clean', 'clever', 'cool', 'crisp', 'deep', 'eager', 'early', 'fair', 'fast', 'fine',
  'firm', 'fond', 'fresh', 'gentle', 'glad', 'grand', 'green', 'handy', 'happy', 'hardy', 'honest', 'humble', 'keen', 'kind', 'late', 'light', 'lively',
  'lucky', 'mellow', 'merry', 'mild', 'neat', 'nimble', 'noble', 'plain', 'polite', 'proud', 'quick', 'quiet', 'rapid', 'ready', 'rich', 'rosy', 'royal',
  'shiny', 'silent', 'smart', 'smooth', 'snowy', 'solid', 'spry', 'steady', 'strong', 'sunny', 'sure', 'swift', 'tidy', 'tough', 'vivid', 'warm', 'wise', 'witty',
] as const; // prettier-ignore

const nouns = [
  'ant', 'asp', 'auk', 'bass', 'bat', 'bear', 'bee', 'bird', 'boar', 'carp', 'cat', 'colt', 'cow', 'crab', 'crane', 'crow', 'deer', 'doe', 'dog', 'dove',
  'duck', 'eel', 'elk', 'emu', 'ewe', 'fawn', 'finch', 'fish', 'flea', 'foal', 'fox', 'frog', 'gnat', 'goat', 'goose', 'grouse', 'gull', 'hare', 'hawk',
  'hen', 'heron', 'horse', 'ibis', 'jay', 'kite', 'koala', 'lamb', 'lark', 'loon', 'lynx', 'mare', 'mink', 'mole', 'moose', 'moth', 'mouse', 'mule', 'newt',
  'otter', 'owl', 'ox', 'panda', 'perch', 'pig', 'quail', 'ram', 'raven', 'robin', 'seal', 'shad', 'shark', 'sheep', 'shrew', 'skunk', 'slug', 'snail', 'snipe',
  'sow', 'squid', 'stag', 'stork', 'swan', 'tern', 'toad', 'trout', 'vole', 'wasp', 'whale', 'wolf', 'worm', 'wren', 'yak', 'zebra',
] as const; // prettier-ignore

/** A name such as `brisk-heron-123` for a thing without one. @param seed 32 random hex characters, such as its id */
export function randomName(seed: string): string {
  const part = (start: number): number => Number.parseInt(seed.slice(start, start + 6), 16);
  return `${adjectives[part(0) % adjectives.length]}-${nouns[part(6) % nouns.length]}-${part(12) % 1000}`;
}
