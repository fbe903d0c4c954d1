// Resampling by a windowed sinc filter that passes what the resampler of Python passes: up to 91 % of the lower of both
// Nyquist frequencies, and nothing above it. Those of browsers differ, and attenuate more.

const PASSED = 0.913, ATTENUATION_DB = 120;

const filterBanks = new Map(); // filters by phase, of the rates that were met

function bessel(x) { // modified, of the first kind and order 0
  let sum = 1, term = 1;
  for (let k = 1; term > 1e-12 * sum; k++) sum += term *= (x / (2 * k)) ** 2;
  return sum;
}

function greatestCommonDivisor(a, b) {
  return b ? greatestCommonDivisor(b, a % b) : a;
}

// Weights of the input samples around an output sample that is `phase` input samples after one of them.
function filterWeights(phase, half, cutoff) {
  const beta = 0.1102 * (ATTENUATION_DB - 8.7), scale = bessel(beta);
  const weights = Float64Array.from({ length: 2 * half + 1 }, (_, i) => {
    const t = i - half - phase, x = Math.PI * cutoff * t, edge = 1 - (t / (half + 1)) ** 2;
    return edge <= 0 ? 0 : cutoff * (x ? Math.sin(x) / x : 1) * bessel(beta * Math.sqrt(edge)) / scale;
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map(weight => weight / sum);
}

function resample(y, rate, sr) {
  if (rate === sr) return y;
  const low = Math.min(1, sr / rate), width = (1 - PASSED) * low; // of the transition, in units of the input's Nyquist
  const half = Math.ceil((ATTENUATION_DB - 8) / (2.285 * Math.PI * width) / 2), cutoff = low - width / 2;
  const nPhases = Math.round(sr / greatestCommonDivisor(Math.round(rate), Math.round(sr)));
  const filters = filterBanks.get(`${rate}/${sr}`) ?? new Map();
  filterBanks.set(`${rate}/${sr}`, filters);
  const resampled = new Float32Array(Math.ceil(y.length * sr / rate));
  for (let i = 0; i < resampled.length; i++) {
    const at = i * rate / sr, near = Math.floor(at + 1e-9), key = i % nPhases;
    if (!filters.has(key)) filters.set(key, filterWeights(Math.max(0, at - near), half, cutoff));
    const weights = filters.get(key), first = near - half;
    let sum = 0;
    const stop = Math.min(weights.length, y.length - first);
    for (let j = Math.max(0, -first); j < stop; j++) sum += weights[j] * y[first + j];
    resampled[i] = sum;
  }
  return resampled;
}
