// By location: kilometres from the middle, north above. Where sites would cover each other they are moved
// apart on the screen, no farther than they must.
const LATITUDE = 110.57;
const LONGITUDE = 111.32;
const ROUNDS = 40;
const PULL = 0.012;
const GOLDEN = 2.399963;

function mean(numbers) {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

export function byLocation(model) {
  const known = [...model.sites.values()].filter((one) => one.location !== null);
  const middle = known.length ? mean(known.map((one) => one.location[0])) : 0;
  const wide = LONGITUDE * Math.cos((middle * Math.PI) / 180);
  const at = new Map(known.map((one) => [one.name, { x: one.location[1] * wide, y: -one.location[0] * LATITUDE }]));
  const west = Math.min(...[...at.values()].map((one) => one.x));
  const north = Math.min(...[...at.values()].map((one) => one.y));
  for (const one of at.values()) {
    one.x -= west;
    one.y -= north;
  }
  return { kind: "location", at, areas: areas(model, at), lines: null, unit: "km" };
}

// Above each other's sites, in the middle of those that lie in it.
function areas(model, at) {
  const inside = new Map();
  for (const site of model.sites.values()) {
    if (!at.has(site.name) || !model.places.get(site.parent)?.parent) continue;
    if (!inside.has(site.parent)) inside.set(site.parent, []);
    inside.get(site.parent).push(at.get(site.name));
  }
  return [...inside].map(([name, spots]) => ({
    text: model.places.get(name).label, x: mean(spots.map((one) => one.x)), y: mean(spots.map((one) => one.y)),
  }));
}

// Spots `{x, y, r, heavy}` in pixels, moved so that none covers another. The same spots give the same answer.
export function spread(spots) {
  const cell = 2 * Math.max(1, ...spots.map((one) => one.r));
  const home = spots.map((one) => [one.x, one.y]);
  spots.forEach((one, place) => {
    one.x += Math.cos(place * GOLDEN) * 0.01;
    one.y += Math.sin(place * GOLDEN) * 0.01;
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    if (!pushed(spots, cell)) break;
    if (round < ROUNDS - 12) spots.forEach((one, place) => {
      one.x += (home[place][0] - one.x) * PULL;
      one.y += (home[place][1] - one.y) * PULL;
    });
  }
  return spots;
}

function pushed(spots, cell) {
  const cells = new Map();
  const key = (x, y) => x * 65536 + y;
  for (const one of spots) {
    one.cx = Math.floor(one.x / cell);
    one.cy = Math.floor(one.y / cell);
    const where = key(one.cx, one.cy);
    if (cells.has(where)) cells.get(where).push(one);
    else cells.set(where, [one]);
  }
  let moved = false;
  for (const one of spots) {
    for (let x = one.cx - 1; x <= one.cx + 1; x += 1) {
      for (let y = one.cy - 1; y <= one.cy + 1; y += 1) {
        for (const other of cells.get(key(x, y)) ?? []) if (other !== one && apart(one, other)) moved = true;
      }
    }
  }
  return moved;
}

function apart(one, other) {
  const x = other.x - one.x;
  const y = other.y - one.y;
  const least = one.r + other.r;
  const far = Math.hypot(x, y);
  if (far >= least - 0.05 || far === 0) return false;
  const push = (least - far) / far / 2;
  const share = one.heavy === other.heavy ? 0.5 : one.heavy ? 0.05 : 0.95;
  one.x -= x * push * share * 2;
  one.y -= y * push * share * 2;
  other.x += x * push * (1 - share) * 2;
  other.y += y * push * (1 - share) * 2;
  return true;
}
