// By location: kilometres from the middle, north above. Where sites would cover each other they are moved
// apart on the screen, no farther than they must.
const LATITUDE = 110.57;
const LONGITUDE = 111.32;
const ROUNDS = 40;
const PULL = 0.012;
const GOLDEN = 2.399963;
const AGAIN = 5;
const MARGIN = 4;

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
    put(wholes, model.whole(site), spot);
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
  const home = spots.map((one) => [one.x, one.y]);
  spots.forEach((one, place) => {
    one.x += Math.cos(place * GOLDEN) * 0.01;
    one.y += Math.sin(place * GOLDEN) * 0.01;
  });
  let near = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round % AGAIN === 0) near = neighbours(spots);
    let moved = false;
    for (let at = 0; at < near.length; at += 2) moved = apart(near[at], near[at + 1]) || moved;
    if (!moved) break;
    if (round < ROUNDS - 12) spots.forEach((one, place) => {
      one.x += (home[place][0] - one.x) * PULL;
      one.y += (home[place][1] - one.y) * PULL;
    });
  }
  return spots;
}

// Pairs that touch, or may within a few rounds, one after the other.
function neighbours(spots) {
  const cell = 2 * Math.max(1, ...spots.map((one) => one.r)) + MARGIN;
  const cells = new Map();
  const found = [];
  for (const one of spots) {
    const [cx, cy] = [Math.floor(one.x / cell), Math.floor(one.y / cell)];
    for (let x = cx - 1; x <= cx + 1; x += 1) {
      for (let y = cy - 1; y <= cy + 1; y += 1) {
        for (const other of cells.get(x * 65536 + y) ?? []) {
          const least = one.r + other.r + MARGIN;
          if (Math.abs(one.x - other.x) < least && Math.abs(one.y - other.y) < least) found.push(one, other);
        }
      }
    }
    const own = cells.get(cx * 65536 + cy);
    if (own) own.push(one);
    else cells.set(cx * 65536 + cy, [one]);
  }
  return found;
}

function apart(one, other) {
  const x = other.x - one.x;
  const y = other.y - one.y;
  const least = one.r + other.r;
  const square = x * x + y * y;
  if (square >= (least - 0.05) ** 2 || square === 0) return false;
  const far = Math.sqrt(square);
  const push = (least - far) / far / 2;
  const share = one.heavy === other.heavy ? 0.5 : one.heavy ? 0.05 : 0.95;
  one.x -= x * push * share * 2;
  one.y -= y * push * share * 2;
  other.x += x * push * (1 - share) * 2;
  other.y += y * push * (1 - share) * 2;
  return true;
}
