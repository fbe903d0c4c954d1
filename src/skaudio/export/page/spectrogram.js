// Spectrogram: short-time Fourier transform, and its picture.

const MAX_COLUMNS = 1200;
const RANGE_DB = 80;
const COLOURS = [[0, 0, 4], [59, 15, 112], [140, 41, 129], [222, 73, 104], [254, 159, 109], [252, 253, 191]]; // magma

function fft(real, imaginary) {
  const n = real.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j], real[i]];
      [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
    }
  }
  for (let size = 2; size <= n; size *= 2) {
    for (let k = 0; k < size / 2; k++) {
      const angle = -2 * Math.PI * k / size, cosine = Math.cos(angle), sine = Math.sin(angle);
      for (let i = k; i < n; i += size) {
        const j = i + size / 2;
        const re = real[j] * cosine - imaginary[j] * sine, im = real[j] * sine + imaginary[j] * cosine;
        real[j] = real[i] - re;
        imaginary[j] = imaginary[i] - im;
        real[i] += re;
        imaginary[i] += im;
      }
    }
  }
}

function spectrogram(y, sr) {
  const nFft = Math.max(64, 2 ** Math.round(Math.log2(0.025 * sr)));
  const hop = Math.max(nFft / 8, Math.ceil(y.length / MAX_COLUMNS));
  const nColumns = Math.max(1, Math.ceil(y.length / hop)), nBins = nFft / 2;
  const taper = Float64Array.from({ length: nFft }, (_, i) => 0.5 - 0.5 * Math.cos(2 * Math.PI * i / nFft));
  const power = new Float64Array(nColumns * nBins), step = Math.max(nFft / 2, Math.ceil(hop / 4));
  for (let column = 0; column < nColumns; column++) {
    for (let middle = column * hop; middle < (column + 1) * hop; middle += step) { // the mean of a column's frames
      const real = taper.map((weight, i) => weight * (y[middle - nFft / 2 + i] ?? 0)), imaginary = new Float64Array(nFft);
      fft(real, imaginary);
      for (let bin = 0; bin < nBins; bin++) power[column * nBins + bin] += real[bin] ** 2 + imaginary[bin] ** 2;
    }
  }
  return { power, nColumns, nBins };
}

const PALETTE = Array.from({ length: 256 }, (_, level) => {
  const place = level / 255 * (COLOURS.length - 1), below = Math.min(Math.floor(place), COLOURS.length - 2);
  return COLOURS[below].map((value, i) => value + (place - below) * (COLOURS[below + 1][i] - value));
});

function drawSpectrogram(canvas, y, sr) {
  const { power, nColumns, nBins } = spectrogram(y, sr);
  const peak = power.reduce((highest, value) => Math.max(highest, value), 1e-10);
  canvas.width = nColumns;
  canvas.height = nBins;
  const context = canvas.getContext("2d"), image = context.createImageData(nColumns, nBins);
  for (let column = 0; column < nColumns; column++) {
    for (let bin = 0; bin < nBins; bin++) {
      const decibels = 10 * Math.log10(Math.max(power[column * nBins + bin], 1e-12) / peak);
      const pixel = 4 * ((nBins - 1 - bin) * nColumns + column);
      const [red, green, blue] = PALETTE[Math.round(255 * Math.max(0, 1 + decibels / RANGE_DB))];
      image.data[pixel] = red;
      image.data[pixel + 1] = green;
      image.data[pixel + 2] = blue;
      image.data[pixel + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}
