// By location: kilometres from the middle, north above. Where sites would cover each other they are moved
// apart on the screen, no farther than they must.
const LATITUDE = 110.57;
const LONGITUDE = 111.32;
const ROUNDS = 40;
const PULL = 0.012;
const GOLDEN = 2.399963;
const AGAIN = 5;
const MARGIN = 4;
const BESIDE = [-1, 0, 1].flatMap((x) => [-1, 0, 1].map((y) => x * 65536 + y));

function mean(numbers) {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

export function byLocation(model) {
  const known = [...model.sites.values()].filter((one) => one.location !== null);
  const middle = known.length ? mean(known.map((one) => one.location[0])) : 0;
  const degree = LONGITUDE * Math.cos((middle * Math.PI) / 180);
  const at = new Map(known.map((one) => [one.name, { x: one.location[1] * degree, y: -one.location[0] * LATITUDE }]));
  const west = Math.min(...[...at.values()].map((one) => one.x));
  const north = Math.min(...[...at.values()].map((one) => one.y));
  for (const one of at.values()) {
    one.x -= west;
    one.y -= north;
  }
  return { kind: "location", at, areas: areas(model, at), lines: null, unit: "km" };
}

// In the middle of the sites that lie in them: districts, and where there are several wholes those too, above; how
// far across a part of one is, so that it is named where it has room.
function areas(model, at) {
  const [parts, wholes] = [new Map(), new Map()];
  const put = (found, name, spot) => (found.has(name) ? found.get(name).push(spot) : found.set(name, [spot]));
  for (const site of model.sites.values()) {
    const spot = at.get(site.name);
    if (!spot) continue;
    if (model.places.get(site.parent)?.parent) put(parts, site.parent, spot);
    if (model.known.has(site.parent)) put(wholes, model.whole(site), spot);
  }
  const several = wholes.size > 1;
  const named = (text, spots, more) => ({ text, x: mean(spots.map((one) => one.x)), y: mean(spots.map((one) => one.y)), ...more });
  return [
    ...[...parts].map(([name, spots]) => named(model.places.get(name).label, spots, several ? { across: across(spots) / 2 } : {})),
    ...(several ? [...wholes].map(([name, spots]) => named(name, spots, { y: Math.min(...spots.map((one) => one.y)), whole: true })) : []),
  ];
}

function across(spots) {
  const xs = spots.map((one) => one.x);
  return Math.max(...xs) - Math.min(...xs);
}

// Spots `{x, y, r, heavy}` in pixels, moved so that none covers another. The same spots give the same answer.
export function spread(spots) {
  const home = Float64Array.from(spots.flatMap((one) => [one.x, one.y]));
  const at = Float64Array.from(home, (one, place) => one + (place % 2 ? Math.sin : Math.cos)((place >> 1) * GOLDEN) * 0.01);
  const radii = Float64Array.from(spots, (one) => one.r);
  const heavy = spots.map((one) => one.heavy);
  let pairs = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round % AGAIN === 0) pairs = neighbours(at, radii);
    let moved = false;
    for (let place = 0; place < pairs.length; place += 2) moved = apart(at, radii, heavy, pairs[place], pairs[place + 1]) || moved;
    if (!moved) break;
    if (round < ROUNDS - 12) for (let place = 0; place < at.length; place += 1) at[place] += (home[place] - at[place]) * PULL;
  }
  spots.forEach((one, place) => {
    one.x = at[2 * place];
    one.y = at[2 * place + 1];
  });
}

// Pairs that touch, or may within a few rounds, one after the other.
function neighbours(at, radii) {
  const cell = 2 * radii.reduce((most, one) => Math.max(most, one), 1) + MARGIN;
  const cells = new Map();
  const found = [];
  for (let one = 0; one < radii.length; one += 1) {
    const [x, y] = [at[2 * one], at[2 * one + 1]];
    const key = Math.floor(x / cell) * 65536 + Math.floor(y / cell);
    for (const beside of BESIDE) {
      const there = cells.get(key + beside);
      if (!there) continue;
      for (const other of there) {
        const least = radii[one] + radii[other] + MARGIN;
        if (Math.abs(x - at[2 * other]) < least && Math.abs(y - at[2 * other + 1]) < least) found.push(one, other);
      }
    }
    const own = cells.get(key);
    if (own) own.push(one);
    else cells.set(key, [one]);
  }
  return found;
}

function apart(at, radii, heavy, one, other) {
  const x = at[2 * other] - at[2 * one];
  const y = at[2 * other + 1] - at[2 * one + 1];
  const least = radii[one] + radii[other];
  const square = x * x + y * y;
  if (square >= (least - 0.05) ** 2 || square === 0) return false;
  const far = Math.sqrt(square);
  const push = (least - far) / far;
  const share = heavy[one] === heavy[other] ? 0.5 : heavy[one] ? 0.05 : 0.95;
  at[2 * one] -= x * push * share;
  at[2 * one + 1] -= y * push * share;
  at[2 * other] += x * push * (1 - share);
  at[2 * other + 1] += y * push * (1 - share);
  return true;
}
