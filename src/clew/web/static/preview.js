// Draws a preview: 80 bytes, of which the first two are the sides in pixels (20 at most) and the others the lowest waves of
// the picture's grey, the mean first, diagonal by diagonal (media/preview.py). No decoder of pictures is asked.

const SIDE = 20;
const WAVES = [];
for (let total = 0; total < 12; total += 1) for (let down = 0; down <= total; down += 1) WAVES.push([down, total - down]);
const BYTES = 2 + WAVES.length;

const tables = new Map();
const table = (side) => {
  if (!tables.has(side)) {
    const waves = new Float32Array(12 * side);
    for (let wave = 0; wave < 12; wave += 1) {
      for (let at = 0; at < side; at += 1) {
        waves[wave * side + at] = (wave ? Math.SQRT2 : 1) * Math.cos((Math.PI * (2 * at + 1) * wave) / (2 * side));
      }
    }
    tables.set(side, waves);
  }
  return tables.get(side);
};

const rows = new Float32Array(12 * SIDE);

// The preview in base64 as ImageData, or null where it is none.
export const drawn = (text) => {
  const bytes = atob(text);
  const width = bytes.charCodeAt(0);
  const height = bytes.charCodeAt(1);
  if (bytes.length !== BYTES || !width || !height || width > SIDE || height > SIDE) return null;
  const across = table(width);
  const down = table(height);
  rows.fill(0);
  for (let wave = 0; wave < WAVES.length; wave += 1) {
    const level = bytes.charCodeAt(2 + wave) - (wave ? 128 : 0);
    if (!level) continue;
    const [row, column] = WAVES[wave];
    for (let x = 0; x < width; x += 1) rows[row * SIDE + x] += level * across[column * width + x];
  }
  const image = new ImageData(width, height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let grey = 0;
      for (let row = 0; row < 12; row += 1) grey += rows[row * SIDE + x] * down[row * height + y];
      const at = 4 * (y * width + x);
      image.data[at] = image.data[at + 1] = image.data[at + 2] = grey;
      image.data[at + 3] = 255;
    }
  }
  return image;
};

// Where one is drawn.
export const canvas = () => document.createElement("canvas");

// Puts it on a canvas, or empties that.
export const show = (place, image) => {
  place.hidden = !image;
  if (!image) return;
  if (place.width !== image.width) place.width = image.width;
  if (place.height !== image.height) place.height = image.height;
  place.getContext("2d").putImageData(image, 0, 0);
};
